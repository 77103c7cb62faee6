//! Asks another program for a token, as `token_command` in the configuration says. Call it on a thread that may block.

use crate::domain::{Secret, fault};
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long the program may take: it may ask the user for a password in a window of its own.
const PATIENCE: Duration = Duration::from_secs(60);

/// Most bytes of its output that are read.
const MOST_OUTPUT: u64 = 64 * 1024;

/// Why a program gave no token. Never says what it printed.
#[derive(Debug, thiserror::Error)]
pub enum TokenCommandError {
    /// It cannot be run.
    #[error("token_command: {program} cannot be run: {}", fault::words(source))]
    Start {
        /// Which.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// It failed.
    #[error("token_command: {program} ended with {status}; run it in a shell to see why")]
    Failed {
        /// Which.
        program: String,
        /// How it ended.
        status: String,
    },
    /// It printed nothing that could be a token.
    #[error("token_command: {program} printed no token; its first line must be one")]
    Nothing {
        /// Which.
        program: String,
    },
    /// It did not end.
    #[error("token_command: {program} took longer than a minute and was ended")]
    Slow {
        /// Which.
        program: String,
    },
}

/// The first line that the program prints. It gets no input and no part of the terminal.
///
/// # Errors
/// It cannot be run, fails, takes too long, or prints no token.
pub fn run(command: &[String]) -> Result<Secret, TokenCommandError> {
    run_within(command, PATIENCE)
}

fn run_within(command: &[String], patience: Duration) -> Result<Secret, TokenCommandError> {
    let (program, arguments) = command.split_first().map(|(program, rest)| (program.clone(), rest)).unwrap_or_default();
    let started = Command::new(&program)
        .args(arguments)
        .env_remove(super::secrets::TOKEN_VARIABLE)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = started.map_err(|source| TokenCommandError::Start { program: program.clone(), source })?;
    let deadline = Instant::now() + patience;
    let ended = output_within(&mut child, patience).zip(status_before(&mut child, deadline));
    let Some((output, status)) = ended else {
        // It may have ended just now; either way it is to be gone and reaped.
        let _ = child.kill();
        let _ = child.wait();
        return Err(TokenCommandError::Slow { program });
    };
    if !status.success() {
        return Err(TokenCommandError::Failed { program, status: status.to_string() });
    }
    let token = output.lines().next().unwrap_or_default().trim();
    if token.is_empty() { Err(TokenCommandError::Nothing { program }) } else { Ok(Secret::new(token.to_owned())) }
}

/// What the program prints until it closes its output; `None` if it does not in time. Output that is no text is none.
fn output_within(child: &mut Child, patience: Duration) -> Option<Zeroizing<String>> {
    let output = child.stdout.take()?;
    let (tell, hear) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = Zeroizing::new(String::new());
        if output.take(MOST_OUTPUT).read_to_string(&mut text).is_err() {
            text = Zeroizing::default();
        }
        // Nobody listens any more when the program was ended.
        let _ = tell.send(text);
    });
    hear.recv_timeout(patience).ok()
}

/// How the program ended; `None` if it lives on. Its output is closed by then, so this is a matter of moments unless it means to stay.
fn status_before(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    const STEP: Duration = Duration::from_millis(5);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(STEP),
            _ => return None,
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<Secret, TokenCommandError> {
        run_within(&["sh".to_owned(), "-c".to_owned(), script.to_owned()], Duration::from_secs(20))
    }

    #[test]
    fn the_first_line_is_the_token() {
        assert_eq!(shell("echo ' hunter2 '; echo url: x").unwrap(), Secret::new("hunter2".to_owned()));
    }

    #[test]
    fn what_goes_wrong_is_said_without_what_was_printed() {
        for (script, said) in [
            ("echo hunter2; exit 3", "ended with exit status: 3"),
            ("true", "printed no token"),
            ("printf '\\377hunter2'", "printed no token"),
            ("echo; echo hunter2", "printed no token"),
        ] {
            let error = shell(script).unwrap_err().to_string();
            assert!(error.contains(said) && !error.contains("hunter2"), "{error}");
        }
        assert!(run(&["/no/such/program".to_owned()]).unwrap_err().to_string().contains("cannot be run"));
        assert!(run(&[]).is_err());
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let error = run_within(&["cat".to_owned(), "/dev/zero".to_owned()], Duration::from_secs(20)).unwrap_err();
        // Endless output is cut off, and the program ends as nobody reads on.
        assert!(matches!(error, TokenCommandError::Failed { .. } | TokenCommandError::Nothing { .. }), "{error}");
        let error =
            run_within(&["tail".to_owned(), "-f".to_owned(), "/dev/null".to_owned()], Duration::from_millis(50))
                .unwrap_err();
        assert!(matches!(error, TokenCommandError::Slow { .. }), "{error}");
        let stays = ["sh".to_owned(), "-c".to_owned(), "echo x; exec >&-; exec sleep 60".to_owned()];
        let error = run_within(&stays, Duration::from_millis(300)).unwrap_err();
        assert!(matches!(error, TokenCommandError::Slow { .. }), "{error}");
    }
}
