using Akka.Registry.Client.Registrar;

namespace Akka.Registry.Server.Tests.Conformance;

/// <summary>What every way into the registry offers, whatever it is called there.</summary>
public interface IRegistryUser : IAsyncDisposable
{
    /// <summary>Registers an instance, keeps it alive, and waits until it is taken.</summary>
    /// <exception cref="UserRefusedException">It is refused.</exception>
    Task<IUserInstance> RegisterAsync(ServiceRegistration registration);

    /// <summary>The current view; waits for a first one.</summary>
    Task<SeenView> GetAsync(string service);

    /// <summary>Views from the first one on; several changes may be one view.</summary>
    IAsyncEnumerable<SeenView> WatchAsync(string service, CancellationToken cancellation);
}

/// <summary>An instance that a user has registered.</summary>
public interface IUserInstance
{
    ulong Epoch { get; }

    Task ReportAsync(string status);

    /// <returns>Whether every subscriber has confirmed.</returns>
    Task<bool> DrainAsync(TimeSpan deadline);

    Task DeregisterAsync();

    /// <summary>Says that it lives, and learns whether a newer epoch stands.</summary>
    Task<bool> IsSupersededAsync();
}

/// <summary>A refusal, in the registry's words.</summary>
public sealed class UserRefusedException(string message) : Exception(message);

/// <summary>A service as it is seen.</summary>
public sealed record SeenView(long Revision, IReadOnlyList<SeenInstance> Instances)
{
    public SeenInstance? Find(string id) => Instances.SingleOrDefault(instance => instance.Id == id);

    public string Ids => string.Join(' ', Instances.Select(instance => instance.Id));
}

/// <summary>An instance as it is seen; lists and pairs in one text.</summary>
public sealed record SeenInstance(
    string Id, ulong Epoch, string Address, int Port, string Status, string Zone, string Version, int Weight,
    string Tags, string Metadata, string Methods);
