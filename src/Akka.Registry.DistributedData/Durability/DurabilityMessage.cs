using Akka.Registry.Actors;

namespace Akka.Registry.DistributedData.Durability;

/// <summary>What the actor of durability is told.</summary>
internal abstract record DurabilityMessage
{
    private DurabilityMessage() { }

    /// <summary>What the map told its subscribers in one turn.</summary>
    /// <param name="Events">In their order.</param>
    /// <param name="Number">Counts these messages.</param>
    /// <param name="Marks">What the records say together after it; null when they say more than was told.</param>
    /// <param name="At">The wall clock of that turn.</param>
    internal sealed record Told(IReadOnlyList<MapEvent> Events, ulong Number, MapMarks? Marks, DateTimeOffset At) : DurabilityMessage;

    /// <summary>Time has passed; one that no longer holds does nothing.</summary>
    internal sealed record Wake : DurabilityMessage
    {
        public static Wake Instance { get; } = new();
    }

    /// <summary>The save that was under way is made.</summary>
    internal sealed record Saved : DurabilityMessage
    {
        public static Saved Instance { get; } = new();
    }

    /// <summary>The save that was under way is not made.</summary>
    internal sealed record Failed(Exception Why) : DurabilityMessage;

    /// <summary>Answer when the disk holds all that was told before this, or refuses to.</summary>
    internal sealed record Flush(IActorRef<bool> ReplyTo) : DurabilityMessage;
}
