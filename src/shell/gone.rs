//! Whether anybody is still at the other end of the output: a terminal, or the reader of a pipe.

/// Resolves when nobody is there any more. Never where the output is a file, or where the system does not tell. To be called on the runtime.
pub async fn gone() {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        use tokio::io::Interest;
        use tokio::net::unix::pipe::Sender;

        // A copy of the descriptor: nothing is written through this one, and closing it closes nothing.
        let watched = std::io::stdout().as_fd().try_clone_to_owned().and_then(Sender::from_owned_fd_unchecked);
        if let Ok(out) = watched
            && out.ready(Interest::ERROR).await.is_ok()
        {
            return;
        }
    }
    std::future::pending().await
}
