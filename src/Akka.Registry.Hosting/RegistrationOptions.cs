using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;
using Akka.Registry.Hosting.Registering;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Akka.Registry.Hosting;

/// <summary>Which of its endpoints an application names as methods that it offers.</summary>
public enum MethodReport
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>
    /// Those with a name (<c>WithName("Orders.Place")</c>) by it, and controllers' actions as <c>Orders.Place</c>: controller, dot, action.
    /// </summary>
    Named = 1,

    /// <summary>The nameless ones too, as <c>POST /orders/{id}</c>: HTTP method, blank, pattern.</summary>
    All = 2,
}

/// <summary>How an application registers itself as an instance of a service. Section <c>akka.registry.services.NAME</c>.</summary>
public sealed record RegistrationOptions : IValidatableObject
{
    /// <summary>
    /// The instance's id, unique within the service; 1 to 256 characters. Null (the default): <c>service-machine-port-suffix</c>, where the
    /// suffix is 8 random hexadecimal digits of this process.
    /// </summary>
    /// <remarks>
    /// An id of one's own that outlasts a restart replaces the entry of the run before; the default never meets another process.
    /// </remarks>
    [StringLength(256, MinimumLength = 1)]
    public string? Id { get; set; }

    /// <summary>
    /// Host name or IP address that callers use, without scheme and port; at most 255 characters. Null (the default): the one that the
    /// server is bound to.
    /// </summary>
    /// <remarks>
    /// A server that is bound to all addresses (<c>0.0.0.0</c>, <c>[::]</c>, <c>+</c>, <c>*</c>), or an application without one, takes the
    /// machine's address towards the registry: the local end of the route to the first node that has one; in a node, the address that
    /// the node advertises. Without a route it is 127.0.0.1.
    /// </remarks>
    [StringLength(255, MinimumLength = 1)]
    public string? Address { get; set; }

    /// <summary>
    /// The port that callers use; 0 to 65,535. Null (the default): the one that the server is bound to, or 0 (none) in an application
    /// without a server. With a port given, of the server's endpoints only the scheme is told: another port means that
    /// something maps them.
    /// </summary>
    [Range(0, 65_535)]
    public int? Port { get; set; }

    /// <summary>
    /// Which of the server's endpoints is the instance's own: the first of that scheme, <c>http</c> or <c>https</c>; empty (the default):
    /// the first of all. The first of each scheme is told as metadata.
    /// </summary>
    [Required(AllowEmptyStrings = true)]
    [RegularExpression("^(http|https)?$", ErrorMessage = "http, https or empty")]
    public string Scheme { get; set; } = "";

    /// <summary>
    /// Further endpoints by name, each a port or <c>scheme://host:port</c>; told as metadata <c>endpoint.NAME</c>. Default: those that
    /// <c>Kestrel:Endpoints</c> names.
    /// </summary>
    public IReadOnlyDictionary<string, string> Endpoints { get; set; } = new Dictionary<string, string>(0);

    /// <summary>Free labels; at most 64. Default: none.</summary>
    [MaxLength(64)]
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>
    /// Free pairs; they stand above what the endpoints say (<c>scheme</c>, <c>endpoint.NAME</c>). Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; set; } = new Dictionary<string, string>(0);

    /// <summary>The zone that it stands in; at most 128 characters, default empty: none.</summary>
    [Required(AllowEmptyStrings = true), StringLength(128)]
    public string Zone { get; set; } = "";

    /// <summary>The version of its software; at most 128 characters, default empty: none.</summary>
    [Required(AllowEmptyStrings = true), StringLength(128)]
    public string Version { get; set; } = "";

    /// <summary>Its share of calls against its siblings' weights; 0 to 65,535, default 1.</summary>
    [Range(0, 65_535)]
    public int Weight { get; set; } = 1;

    /// <summary>
    /// How long it may be silent; 1 s to 1 day, null (the default) for the node's. Beats go out every third of it.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan? Ttl { get; set; }

    /// <summary>How long it may stay critical from silence before removal; 0 to 1 day, null (the default) for 1 × TTL.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan? DeregisterAfter { get; set; }

    /// <summary>The RPC methods that it offers beside those that <see cref="MethodReport"/> finds. Default: none.</summary>
    [MaxLength(256)]
    public IReadOnlyList<string> Methods { get; set; } = [];

    /// <summary>
    /// Which of the application's endpoints are told as methods; default named. Endpoints that are excluded from API descriptions are
    /// not. Beyond 256 methods, or 4 KiB of them, none is told, with a warning: half a list would hide the rest from callers.
    /// </summary>
    public MethodReport MethodReport { get; set; } = MethodReport.Named;

    /// <summary>
    /// Whether the application's health checks (<c>AddHealthChecks</c>) say how it is: healthy is passing, degraded is warning,
    /// unhealthy is critical. Default true; without any it always passes.
    /// </summary>
    public bool HealthChecks { get; set; } = true;

    /// <summary>From one look at the health to the next; 100 ms to 1 h, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan HealthInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one look at the health may take before it counts as unhealthy; 10 ms to 10 min, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan HealthTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether it is starting, and not called, until its health is known for the first time; default true. False begins as passing.
    /// </summary>
    public bool StartingUntilHealthKnown { get; set; } = true;

    /// <summary>
    /// How long stopping waits for every subscriber's word that the instance is not called any more, while requests are still
    /// taken; 0 to 1 min, default 10 s, 0 for no drain. The host's own shutdown timeout (30 s by default) ends the wait as well.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Which health checks count; null (the default) for all.</summary>
    [IgnoreDataMember]
    public Func<HealthCheckRegistration, bool>? HealthFilter { get; set; }

    /// <summary>
    /// Says how the application is, in the place of its health checks; null (the default) for those. Called at each
    /// <see cref="HealthInterval"/>, one call at a time; a call that fails or takes too long counts as unhealthy.
    /// </summary>
    [IgnoreDataMember]
    public Func<CancellationToken, ValueTask<HealthStatus>>? Health { get; set; }

    /// <summary>Adds message types that an actor of the application takes, by their full names, to <see cref="Methods"/>.</summary>
    public void OffersMessages(params IReadOnlyList<Type> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Methods = [.. Methods, .. messages.Select(message => message.FullName ?? message.Name)];
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, endpoint) in Endpoints)
        {
            if (name.Length == 0 || !BoundEndpoint.IsPortOrUrl(endpoint))
                yield return new ValidationResult($"'{name}' = '{endpoint}' is neither a port nor scheme://host:port.", [nameof(Endpoints)]);
        }
    }
}
