using Akka.Registry.Client.Directory;

namespace Akka.Registry.Client.Routing;

/// <summary>Takes what a client finds out about instances that the registry shows as serving. Any thread.</summary>
/// <remarks>
/// A router calls it for each call that found no connection (<see cref="CallOutcome.ConnectFailed"/>), on the caller's thread. It must neither
/// wait nor throw, and gathers what repeats itself.
/// </remarks>
public interface IFailureReports
{
    /// <summary>A call to an instance failed.</summary>
    /// <param name="instance">The instance, as the view showed it that it was chosen from.</param>
    /// <param name="outcome">How.</param>
    void Report(ServiceInstance instance, CallOutcome outcome);
}
