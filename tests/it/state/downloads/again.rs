//! What is saved already and wanted once more.

use super::*;

#[test]
fn what_is_here_is_opened_and_not_saved_again_unless_it_was_taken_away() {
    let mut desk = Desk::new(1_000);
    let wanted = desk.wanted("cat.png", 1_000);
    let want = |desk: &mut Desk, open: bool| {
        let wanted = Wanted { open, ..wanted.clone() };
        desk.act(Action::File(FileAction::Want(Box::new(wanted))));
        desk.run();
    };
    want(&mut desk, true);
    assert_eq!(desk.opened, ["/there/Downloads/cat.png"]);
    want(&mut desk, true);
    want(&mut desk, false);
    assert_eq!(desk.script.notice(), "It is saved already, as /there/Downloads/cat.png; to see what was saved");
    assert_eq!((desk.opened.len(), desk.script.state.downloads.list.len()), (2, 1));
    // What the user made of it since is what is opened; to save it is to save what came.
    desk.written.push(b'!');
    want(&mut desk, true);
    desk.act(Action::File(FileAction::GoOn(1)));
    assert_eq!((desk.opened.len(), desk.script.state.downloads.list.len()), (4, 1));
    (desk.named, desk.written) = (true, vec![b'?'; 2_000]);
    desk.act(Action::File(FileAction::Want(Box::new(wanted.clone()))));
    desk.disk();
    (desk.named, desk.written) = (false, Vec::new());
    desk.run();
    assert_eq!(desk.script.state.downloads.list.len(), 2);
    assert!(desk.named && desk.written == desk.content);
    // The user moved it elsewhere.
    (desk.named, desk.written) = (false, Vec::new());
    want(&mut desk, true);
    assert_eq!((desk.opened.len(), desk.script.state.downloads.list.len()), (5, 3));
    assert!(desk.named && desk.written == desk.content);
    // Where one says where it is to go, it goes there.
    (desk.named, desk.written) = (false, Vec::new());
    desk.act(Action::File(FileAction::Want(Box::new(Wanted { to: "elsewhere".to_owned(), ..wanted.clone() }))));
    desk.run();
    assert_eq!(desk.script.state.downloads.list.len(), 4);
}
