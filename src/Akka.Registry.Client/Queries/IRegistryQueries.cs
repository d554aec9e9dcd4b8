using Akka.Registry.Client.Directory;

namespace Akka.Registry.Client.Queries;

/// <summary>Asks the node of this client's session. Any thread.</summary>
/// <remarks>
/// <para>Each call is one question over the network; who calls a service again and again follows it with
/// <see cref="IServiceDirectory"/> instead. Answers are those of one node at one moment, which may be a moment behind another one's.</para>
/// <para>At most <see cref="RegistryClientOptions.RequestsMax"/> wait at once, each at most
/// <see cref="RegistryClientOptions.RequestTimeout"/>. Every call may throw, without anything changed unless it is said:</para>
/// <list type="bullet">
/// <item><see cref="RegistryUnavailableException"/>, at once when there is no session or when it ends before the answer.</item>
/// <item><see cref="RegistryRefusedException"/>: the question cannot be (invalid), or what it asks for is not registered.</item>
/// <item><see cref="ObjectDisposedException"/>: the client has ended.</item>
/// <item><see cref="OperationCanceledException"/>: the caller's own token was set.</item>
/// </list>
/// </remarks>
public interface IRegistryQueries
{
    /// <summary>Instances of a service by id, whatever their status unless the query names some: one page of them.</summary>
    /// <exception cref="RegistryRefusedException">The service has no instance, or the query cannot be.</exception>
    Task<InstancePage> InstancesAsync(InstanceQuery query, CancellationToken cancellation = default);

    /// <summary>Services by name, with how many instances each has in which status: one page of them.</summary>
    /// <param name="after">Names above this one: <see cref="ServicePage.Next"/> of the page before; null from the first.</param>
    /// <param name="limit">The most that the page holds; null for as many as a frame takes, which are thousands.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<ServicePage> ServicesAsync(string? after = null, int? limit = null, CancellationToken cancellation = default);

    /// <summary>Has the node choose routees. It knows nothing of this client's own calls.</summary>
    /// <returns>The preferred first; fewer than asked for, or none, when no more may be called.</returns>
    /// <exception cref="RegistryRefusedException">The service has no instance, or the query cannot be.</exception>
    Task<IReadOnlyList<ServiceInstance>> RouteesAsync(RouteeQuery query, CancellationToken cancellation = default);

    /// <summary>How the node of the session is, and whom it knows. Answered while it is not ready, too.</summary>
    Task<NodeStatus> NodeAsync(CancellationToken cancellation = default);

    /// <summary>Why an instance stands as it does, and what every node holds of it. An instance that is not there is explained too.</summary>
    /// <param name="service">The service.</param>
    /// <param name="id">The instance.</param>
    /// <param name="patience">How long other nodes may take; 1 ms to 1 min, null for 2 s. Who has not answered is named as such.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<Explanation> ExplainAsync(string service, string id, TimeSpan? patience = null, CancellationToken cancellation = default);

    /// <summary>
    /// The operator's word: sets the status that counts, over what the instance reports and over its registrations to come, or takes it
    /// back.
    /// </summary>
    /// <param name="service">The service.</param>
    /// <param name="id">The instance.</param>
    /// <param name="status">The status; null takes it back.</param>
    /// <param name="cancellation">Ends the wait; it may have counted.</param>
    /// <returns>The instance as it stands now.</returns>
    Task<ServiceInstance> OverrideStatusAsync(string service, string id, InstanceStatus? status, CancellationToken cancellation = default);
}
