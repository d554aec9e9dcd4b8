namespace Akka.Registry;

/// <summary>How an instance is, best first. Routees come from passing, then warning.</summary>
public enum InstanceStatus
{
    /// <summary>Announced, not serving yet.</summary>
    Starting = 1,

    /// <summary>Serves.</summary>
    Passing = 2,

    /// <summary>Serves, with trouble.</summary>
    Warning = 3,

    /// <summary>Does not serve, or fell silent.</summary>
    Critical = 4,

    /// <summary>Finishes what it has; takes nothing new.</summary>
    Draining = 5,

    /// <summary>Taken out by an operator. Survives re-registration.</summary>
    OutOfService = 6,
}
