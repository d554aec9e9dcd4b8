using Akka.Registry.Leases;
using Akka.Registry.Server.Names;

namespace Akka.Registry.Server.Eureka;

/// <summary>What the door's requests share.</summary>
internal sealed class EurekaDoor(EurekaOptions options, IServiceRegistry registry, LeaseOptions leases, TimeProvider time)
{
    /// <summary>The door's settings.</summary>
    public EurekaOptions Options => options;

    /// <summary>This node's registry.</summary>
    public IServiceRegistry Registry => registry;

    /// <summary>The bounds of a lease.</summary>
    public LeaseOptions Leases => leases;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Applications, and what has changed.</summary>
    public EurekaReader Reader { get; } = new(options, registry, time);

    /// <summary>Services by names in any case.</summary>
    public SpelledServices Services { get; } = new(registry);
}

/// <summary>One request to the door.</summary>
/// <param name="Http">The request and its answer.</param>
/// <param name="Door">The door.</param>
/// <param name="Now">When it came.</param>
internal readonly record struct EurekaCall(HttpContext Http, EurekaDoor Door, DateTimeOffset Now)
{
    /// <summary>This node's registry.</summary>
    public IServiceRegistry Registry => Door.Registry;

    /// <summary>Ends when the client is gone.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The instance of an application; null for none.</summary>
    public ServiceEntry? Find(string app, string id) => Door.Services.Find(app, id, Now);

    /// <summary>An entry as it is shown.</summary>
    public EurekaInstance Show(ServiceEntry entry, string app, EurekaAction action, DateTimeOffset at)
    {
        var left = action == EurekaAction.Deleted ? null : Registry.ExpiresIn(entry);
        return EntryOutward.Show(entry, app, action, left, at);
    }
}
