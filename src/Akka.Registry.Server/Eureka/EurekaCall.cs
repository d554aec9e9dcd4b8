using Akka.Registry.Leases;
using Akka.Registry.Security;
using Akka.Registry.Server.Names;

namespace Akka.Registry.Server.Eureka;

/// <summary>What the door's requests share.</summary>
internal sealed class EurekaDoor(
    EurekaOptions options, IServiceRegistry registry, LeaseOptions leases, TimeProvider time, RegistryAccess? access = null)
{
    /// <summary>The door's settings.</summary>
    public EurekaOptions Options => options;

    /// <summary>This node's registry.</summary>
    public IServiceRegistry Registry => registry;

    /// <summary>Who may do what; null in an application that knows no tokens.</summary>
    public RegistryAccess? Access => access;

    /// <summary>The bounds of a lease.</summary>
    public LeaseOptions Leases => leases;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Applications, and what has changed.</summary>
    public EurekaReader Reader { get; } = new(options, registry, time);

    /// <summary>Services by names in any case.</summary>
    public SpelledServices Services { get; } = new(registry, registry);
}

/// <summary>One request to the door.</summary>
/// <param name="Http">The request and its answer.</param>
/// <param name="Door">The door.</param>
/// <param name="Now">When it came.</param>
internal readonly record struct EurekaCall(HttpContext Http, EurekaDoor Door, DateTimeOffset Now)
{
    /// <summary>The registry as the caller may use it; null where everybody may do everything.</summary>
    public GuardedRegistry? Guard { get; init; }

    /// <summary>This node's registry, as the caller may use it.</summary>
    public IServiceRegistry Registry => Guard ?? Door.Registry;

    /// <summary>Ends when the client is gone.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The instance of an application; null for none.</summary>
    /// <exception cref="RegistryException">The caller may not read that application.</exception>
    public ServiceEntry? Find(string app, string id)
    {
        var found = Door.Services.Find(app, id, Now);
        Guard?.Require(AccessRight.Read, found?.Service ?? ServiceOf(app), "instance", id);
        return found;
    }

    /// <summary>The service that an application's name stands for: the one that there is, else that of the name in lower case.</summary>
    public string ServiceOf(string app) => Door.Services.Find(app, Now)?.Name ?? app.ToLowerInvariant();

    /// <summary>Applications, and what has changed, as far as the caller may see.</summary>
    public EurekaState Read()
    {
        var state = Door.Reader.Read();
        return Guard is null || Guard.ReadsEverything ? state : state.SeenBy(Guard);
    }

    /// <summary>An entry as it is shown.</summary>
    public EurekaInstance Show(ServiceEntry entry, string app, EurekaAction action, DateTimeOffset at)
    {
        var left = action == EurekaAction.Deleted ? null : Registry.ExpiresIn(entry);
        return EntryOutward.Show(entry, app, action, left, at);
    }
}
