//! The border between waiting (tokio) and computing (threads).

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::thread;

use tokio::sync::{mpsc, oneshot};

/// The work panicked, or the compute thread is gone.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the computation stopped")]
pub struct Stopped;

type Task<S> = Box<dyn FnOnce(&mut S) + Send>;

/// One thread that owns a state, for example a loaded speech model.
pub struct Compute<S> {
    tasks: mpsc::Sender<Task<S>>,
}

impl<S> std::fmt::Debug for Compute<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compute").finish_non_exhaustive()
    }
}

impl<S> Clone for Compute<S> {
    fn clone(&self) -> Compute<S> {
        Compute {
            tasks: self.tasks.clone(),
        }
    }
}

impl<S: 'static> Compute<S> {
    /// Starts the thread. Callers wait once `backlog` tasks are queued. `make` builds the state on the thread, and
    /// builds it anew after a panic, since what panicked left it in doubt.
    pub fn start(mut make: impl FnMut() -> S + Send + 'static, backlog: usize) -> Compute<S> {
        let (tasks, mut queue) = mpsc::channel::<Task<S>>(backlog);
        thread::spawn(move || {
            let mut state = make();
            while let Some(task) = queue.blocking_recv() {
                if catch_unwind(AssertUnwindSafe(|| task(&mut state))).is_err() {
                    state = make();
                }
            }
        });
        Compute { tasks }
    }

    /// Runs `work` on the thread and waits for its result.
    ///
    /// Dropping the future before the work starts cancels it.
    pub async fn run<R, F>(&self, work: F) -> Result<R, Stopped>
    where
        R: Send + 'static,
        F: FnOnce(&mut S) -> R + Send + 'static,
    {
        let span = tracing::Span::current();
        let (reply, result) = oneshot::channel();
        let task: Task<S> = Box::new(move |state| {
            if !reply.is_closed() {
                // The caller may leave while we work; then nobody wants the result.
                drop(reply.send(span.in_scope(|| work(state))));
            }
        });
        self.tasks.send(task).await.map_err(|_| Stopped)?;
        result.await.map_err(|_| Stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_state_survives_from_task_to_task_and_is_made_anew_after_a_panic() {
        let compute = Compute::start(|| 0, 4);
        let next = |state: &mut i32| {
            *state += 1;
            *state
        };
        assert_eq!(compute.run(next).await.unwrap(), 1);
        assert_eq!(compute.run(next).await.unwrap(), 2);
        assert!(compute.run(|_: &mut i32| panic!("a defect")).await.is_err());
        assert_eq!(compute.run(next).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn work_whose_caller_left_is_not_done() {
        let compute = Compute::start(|| 0, 4);
        let (begun, wait) = std::sync::mpsc::channel::<()>();
        let busy = tokio::spawn({
            let compute = compute.clone();
            async move { compute.run(move |_: &mut i32| wait.recv()).await }
        });
        tokio::task::yield_now().await;
        let mut left = Box::pin(compute.run(|state: &mut i32| *state = 9));
        let queued = std::future::poll_fn(|context| std::task::Poll::Ready(left.as_mut().poll(context).is_pending()));
        assert!(queued.await);
        drop(left);
        begun.send(()).unwrap();
        busy.await.unwrap().unwrap().unwrap();
        assert_eq!(compute.run(|state: &mut i32| *state).await.unwrap(), 0);
    }
}
