using System.ComponentModel.DataAnnotations;
using Akka.Registry.Remoting;
using Akka.Registry.Tls;

namespace Akka.Registry.Client;

/// <summary>How an application speaks with the registry.</summary>
public sealed record RegistryClientOptions : IValidatableObject
{
    /// <summary>
    /// Nodes to begin with, as <c>host:port</c>; 1 to 64, default <c>127.0.0.1:4053</c>. The others are learned from them, and these are
    /// tried again when none of the learned ones answers.
    /// </summary>
    [Required, MinLength(1), MaxLength(64)]
    public IReadOnlyList<string> Nodes { get; init; } = ["127.0.0.1:4053"];

    /// <summary>The cluster that is meant; at most 128 characters, default empty: whichever the nodes belong to.</summary>
    [Required(AllowEmptyStrings = true), StringLength(128)]
    public string Cluster { get; init; } = "";

    /// <summary>
    /// Who this is, for people; printable, at most 256 characters, default empty: the connection's address.
    /// </summary>
    [Required(AllowEmptyStrings = true), StringLength(256)]
    public string Name { get; init; } = "";

    /// <summary>
    /// What nodes ask to be let in (their <c>security</c>); at most 4,096 characters, default empty: nothing is shown. Sent
    /// as UTF-8 and, without TLS, in the clear; never logged.
    /// </summary>
    [Required(AllowEmptyStrings = true), StringLength(4_096)]
    public string Token { get; init; } = "";

    /// <summary>
    /// Gives the token, in place of <see cref="Token"/>: asked each time that a session is about to begin, so that tokens can be exchanged
    /// while the application runs. A node ends the session of a token that it knows no longer; the next one begins with the new one.
    /// </summary>
    /// <remarks>It has <see cref="ConnectTimeout"/>, with the connection. What it throws counts as a failed attempt, which is made again.</remarks>
    [System.Runtime.Serialization.IgnoreDataMember]
    public Func<CancellationToken, ValueTask<string>>? TokenSource { get; init; }

    /// <summary>
    /// How long connecting and the handshake may take together; 10 ms to 1 min, default 3 s. Then another node is tried.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// After a session has ended the client moves at a random moment within this; 0 to 1 min, default 500 ms.
    /// </summary>
    /// <remarks>
    /// Spreads the clients of a node that is lost over time. Beyond the nodes' disconnect grace (1 s) instances of a client whose
    /// connection alone broke would be critical for a moment.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan MoveSpread { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long after a first failed attempt the next one is made; 1 ms to 1 min, default 50 ms. Doubles with each further one;
    /// jitter takes up to half of it off.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan RetryDelayMin { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The longest time between two attempts; 1 ms to 10 min, default 5 s, at least <see cref="RetryDelayMin"/>. Shorter finds
    /// a registry that is back sooner; longer spares it a crowd.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest time between two signs of life; 100 ms to 10 min, default 10 s, below the nodes' idle timeout (1 min). Instances
    /// beat every third of the shortest TTL, when that is sooner.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan SignInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a node may leave a sign of life unanswered; 100 ms to 10 min, default 5 s. Then the client moves. Looked at with
    /// each sign, so a hung node is left after this and one interval at most.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a view is held, as stale, while no node has reached what it shows; 1 s to 1 day, default 1 min. Then the
    /// view begins anew with what the registry holds.
    /// </summary>
    /// <remarks>
    /// A registry that lost everything never gets where it was; its instances are back within a third of their TTL. Longer rides out
    /// longer absences of the nodes that were ahead; shorter follows a registry that began anew sooner.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CursorPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long closing waits for instances to be deregistered; 0 to 1 min, default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan FarewellTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Instances registered through this client; 1 to 1,000,000, default 10,000. More are refused at once.</summary>
    [Range(1, 1_000_000)]
    public int InstancesMax { get; init; } = 10_000;

    /// <summary>Services followed at once; 1 to 100,000, default 1,000. More are refused at once.</summary>
    [Range(1, 100_000)]
    public int ServicesMax { get; init; } = 1_000;

    /// <summary>How long a node may take to answer a question; 10 ms to 10 min, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Questions that wait for answers at once; 1 to 10,000, default 64. More are refused at once.</summary>
    [Range(1, 10_000)]
    public int RequestsMax { get; init; } = 64;

    /// <summary>
    /// How often one instance that keeps failing is reported again; 100 ms to 10 min, default 2 s. Keep it below the nodes' window
    /// (10 s), or a failure that lasts does not count on.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Failing instances that are reported within one such interval; 1 to 100,000, default 1,000. More are not reported.</summary>
    [Range(1, 100_000)]
    public int ReportsMax { get; init; } = 1_000;

    /// <summary>The largest frame of a node in bytes; 512 KiB to 64 MiB, default 1 MiB. A node that announces more is left.</summary>
    [Range(512 * 1024, 64 * 1024 * 1024)]
    public int FrameBytesMax { get; init; } = 1024 * 1024;

    /// <summary>
    /// A file that keeps what is followed from one run to the next; null (the default) for none. Written whole and moved into place, so
    /// a crash leaves the one before; a damaged or foreign one is reported, ignored, and replaced by the next good one.
    /// </summary>
    /// <remarks>
    /// Read once, at the start: a service that is followed then has its view at once, marked stale until a node confirms it. One
    /// process a file. Kept are the views of instances, metadata included; the file is for its owner alone (mode 600).
    /// </remarks>
    [MinLength(1), MaxLength(4_096)]
    public string? SnapshotPath { get; init; }

    /// <summary>
    /// How often the file is written while something changes; 100 ms to 1 day, default 10 s. Shorter loses less to a crash; closing
    /// writes what is missing in any case.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after the client's start who waits for a first view waits for a node's, before the file's answers; 0 to 1 min, default
    /// 2 s. Looking up without waiting finds the file's at once.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan SnapshotPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a view that no node has confirmed is kept in the file; 1 min to 365 days, default 7 days. So it is with services that
    /// are followed no more.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan SnapshotRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// The file's largest size in bytes; 4 KiB to 1 GiB, default 64 MiB. Services that do not fit are left out, with a warning; a larger
    /// file is not read.
    /// </summary>
    [Range(4 * 1024, 1024 * 1024 * 1024)]
    public int SnapshotBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>TLS: whether it is spoken with nodes, whom the client believes, and what it shows.</summary>
    [Required]
    public ClientTlsOptions Tls { get; init; } = new();

    /// <summary>What messages to actors may take.</summary>
    [Required]
    public RemotingOptions Remoting { get; init; } = new();

    /// <summary>Who speaks with which nodes, and whether it has a token; never the token.</summary>
    public override string ToString() =>
        $"client '{Name}' of {string.Join(", ", Nodes)}, {(Token.Length == 0 && TokenSource is null ? "without a token" : "with a token")}";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RetryDelayMax < RetryDelayMin)
            yield return new ValidationResult("The longest delay is below the first.", [nameof(RetryDelayMax)]);
        var parts = new List<ValidationResult>();
        foreach (var part in (object[])[Remoting, Tls, Tls.Store])
            Validator.TryValidateObject(part, new ValidationContext(part), parts, validateAllProperties: true);
        foreach (var wrong in parts)
            yield return wrong;
        foreach (var node in Nodes)
        {
            if (!NodeEndpoint.TryParse(node, out _))
                yield return new ValidationResult($"'{node}' is no address; give host:port.", [nameof(Nodes)]);
        }
    }

    internal IReadOnlyList<NodeEndpoint> Endpoints()
    {
        var endpoints = new List<NodeEndpoint>();
        foreach (var node in Nodes)
        {
            if (NodeEndpoint.TryParse(node, out var endpoint))
                endpoints.Add(endpoint);
        }

        return endpoints;
    }
}
