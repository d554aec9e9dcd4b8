using Akka.Registry.Actors.Cells;

namespace Akka.Registry.Actors;

/// <summary>Request and reply between code outside the system and an actor.</summary>
public static class AskExtensions
{
    /// <summary>Tells a message that carries an address for the reply, and waits for it.</summary>
    /// <remarks>
    /// What awaits the answer goes on on the thread pool. If <paramref name="time"/> is a
    /// <see cref="Virtual.VirtualClock"/>, it goes on as an event of that clock's node instead: after the turn that
    /// answered, on the scheduler's thread, in the seeded order.
    /// An actor of another process is asked likewise; when no answer can come any more, the task fails at once, with the reason.
    /// </remarks>
    /// <param name="actor">Whom to ask.</param>
    /// <param name="message">
    /// Makes the message of the address that the reply goes to. The first reply counts, others are dropped.
    /// </param>
    /// <param name="timeout">How long to wait on <paramref name="time"/>; more than zero.</param>
    /// <param name="time">The clock of the timeout.</param>
    /// <param name="cancellation">Ends the wait early.</param>
    /// <exception cref="TimeoutException">No reply in time. The message may have been handled all the same.</exception>
    public static Task<TReply> Ask<TMessage, TReply>(
        this IActorRef<TMessage> actor,
        Func<IActorRef<TReply>, TMessage> message,
        TimeSpan timeout,
        TimeProvider time,
        CancellationToken cancellation = default)
        where TMessage : notnull
        where TReply : notnull
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<TReply>(cancellation);
        var reply = new AskReply<TReply>(timeout, time);
        reply.Arm(time, cancellation);
        actor.Tell(message(reply));
        return reply.Task;
    }
}
