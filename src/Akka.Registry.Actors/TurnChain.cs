namespace Akka.Registry.Actors;

/// <summary>What one thread is at: a turn, and the turn that comes of it.</summary>
/// <remarks>
/// What a turn has to say is said last as a rule, and to one. Its thread then goes on with that one itself: to wake another thread takes
/// longer than most turns do, on either side. A turn that goes on lets the pool have what it has woken.
/// </remarks>
public sealed class TurnChain
{
    /// <summary>Turns that one thread runs after another before the pool's others have theirs.</summary>
    private const int TurnsMax = 16;

    [ThreadStatic]
    private static TurnChain? t_current;

    private int _depth;
    private IThreadPoolWorkItem? _next;

    private TurnChain() { }

    /// <summary>This thread's.</summary>
    public static TurnChain Current => t_current ??= new TurnChain();

    /// <summary>Whether something comes of the turn that runs.</summary>
    internal bool HasNext => _next is not null;

    /// <summary>A turn begins. It must end on this thread, by <see cref="End"/>.</summary>
    public void Begin() => _depth++;

    /// <summary>The turn goes on: what it has woken need not wait for its end.</summary>
    public void Share()
    {
        if (_next is not { } next)
            return;
        _next = null;
        Queue(next);
    }

    /// <summary>The turn is over: runs what comes of it, unless this turn came of another one itself.</summary>
    public void End()
    {
        if (_depth == 1)
        {
            for (var turns = 0; turns < TurnsMax && _next is { } next; turns++)
            {
                _next = null;
                next.Execute();
            }

            Share();
        }

        _depth--;
    }

    /// <summary>Has the work run soon: on this thread when its turn is over, if it has one and nothing is to come yet, else on another.</summary>
    internal static void Schedule(IThreadPoolWorkItem work)
    {
        if (t_current is { _depth: > 0, _next: null } chain)
            chain._next = work;
        else
            Queue(work);
    }

    private static void Queue(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
}
