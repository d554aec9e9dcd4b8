namespace Akka.Registry.Client.Directory;

/// <summary>Services as this client's memory holds them, kept current by a feed from the node of its session. Any thread.</summary>
/// <remarks>
/// <para>A view never goes back: at another node its feed resumes where it stood, and while no node is as far as it, it stays as it
/// is and says that it is stale (<see cref="ServiceSnapshot.IsStale"/>). Only when that lasted
/// <see cref="RegistryClientOptions.CursorPatience"/> it begins anew with what the registry holds.</para>
/// <para>A service that was asked for is followed until the client ends.</para>
/// </remarks>
public interface IServiceDirectory
{
    /// <summary>
    /// The current view of a service that is followed: one look-up, no lock, no allocation. Null while there is none yet.
    /// </summary>
    ServiceSnapshot? Find(string service);

    /// <summary>
    /// The same, of the instances that offer a method: see <see cref="ServiceSnapshot.Offering"/>. Empty when none does.
    /// </summary>
    ServiceSnapshot? Find(string service, string method) => Find(service)?.Offering(method);

    /// <summary>Follows a service from now on. Does not wait.</summary>
    /// <exception cref="RegistryRefusedException">As many are followed as may be.</exception>
    void Follow(string service);

    /// <summary>Follows a service, and waits for its first view; an instance need not be there.</summary>
    /// <exception cref="RegistryRefusedException">As many are followed as may be, or nodes refuse the service's name.</exception>
    /// <exception cref="ObjectDisposedException">The client has ended.</exception>
    ValueTask<ServiceSnapshot> GetAsync(string service, CancellationToken cancellation = default);

    /// <summary>The same, of the instances that offer a method; none need do so.</summary>
    /// <exception cref="RegistryRefusedException">As many are followed as may be, or nodes refuse the service's name.</exception>
    /// <exception cref="ObjectDisposedException">The client has ended.</exception>
    async ValueTask<ServiceSnapshot> GetAsync(string service, string method, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(method);
        return (await GetAsync(service, cancellation).ConfigureAwait(false)).Offering(method);
    }

    /// <summary>
    /// Follows a service, and tells its changes, the first view as the first: who is slow gets them together. A change of staleness alone
    /// is one too. Ends when the client does.
    /// </summary>
    /// <exception cref="RegistryRefusedException">As many are followed as may be, or nodes refuse the service's name.</exception>
    IAsyncEnumerable<ServiceChange> WatchAsync(string service, CancellationToken cancellation = default);
}
