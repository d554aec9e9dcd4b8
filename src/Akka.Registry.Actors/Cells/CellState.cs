namespace Akka.Registry.Actors.Cells;

/// <summary>
/// Where a cell stands in its life. Messages are handled in <see cref="Running"/> only; they wait in all others.
/// </summary>
internal enum CellState
{
    /// <summary>Its start is on its way.</summary>
    New,

    /// <summary>Handles messages.</summary>
    Running,

    /// <summary>Threw, or a child escalated; waits for the supervisor's answer.</summary>
    Failed,

    /// <summary>Stops its children before its behaviour is replaced.</summary>
    Restarting,

    /// <summary>Stops its children before it ends.</summary>
    Stopping,

    /// <summary>Has ended; whatever still arrives becomes a dead letter.</summary>
    Stopped,
}

/// <summary>An address behind which a cell stands.</summary>
internal interface ICellRef : IActorRef
{
    /// <summary>The cell.</summary>
    Cell Cell { get; }
}
