using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Akka.Registry.Server.Dns;

/// <summary>The DNS door: where it listens, which names it answers for, and for how long an answer holds.</summary>
public sealed record DnsOptions : IValidatableObject
{
    /// <summary>Where the door listens unless told otherwise.</summary>
    internal static readonly IPEndPoint DefaultListen = new(IPAddress.Loopback, 8600);

    /// <summary>Whether the door is there. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Where the door listens, on UDP and on TCP. Default <c>127.0.0.1:8600</c>; port 0 takes a free one.</summary>
    /// <remarks>
    /// Several nodes may share a machine: when the default address is taken, that is logged as a warning and the node runs without this
    /// door. Any other address that cannot be had keeps the node from starting. <c>0.0.0.0:8600</c> answers whoever reaches it; behind a
    /// firewall only, since UDP lets anybody have answers sent to somebody else.
    /// </remarks>
    [Required]
    public IPEndPoint Listen { get; init; } = DefaultListen;

    /// <summary>The domains that are answered for, one or more, each on an equal footing. Default <c>consul</c>.</summary>
    /// <remarks>
    /// An answer names things in the domain that was asked. Labels of letters, digits, dash and underscore; at most 128 characters.
    /// </remarks>
    [Required]
    [Length(1, 16)]
    public IReadOnlyList<string> Domains { get; init; } = ["consul"];

    /// <summary>The data center's label in names: <c>web.service.dc1.consul</c>. Default <c>dc1</c>.</summary>
    /// <remarks>A name with another one does not exist. One label of letters, digits and dashes.</remarks>
    [Required]
    [RegularExpression("^[A-Za-z0-9-]{1,63}$", ErrorMessage = "1 to 63 letters, digits and dashes")]
    public string Datacenter { get; init; } = "dc1";

    /// <summary>How long an answer holds, unless its service has a time of its own. Default 2 s; 0 to 1 day; whole seconds.</summary>
    /// <remarks>
    /// Longer spares queries and sends callers to instances that are gone. 0 lets nobody keep an answer: some clients then ask again and
    /// again without a pause.
    /// </remarks>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an answer about a service holds, by the service's name (case does not matter). Default none; each 0 to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public IReadOnlyDictionary<string, TimeSpan> ServiceTtl { get; init; } = new Dictionary<string, TimeSpan>(0);

    /// <summary>How long "no such name" and "no such type" hold, by the SOA record beside them. Default 1 s; 0 to 1 hour.</summary>
    /// <remarks>A resolver that keeps such an answer sees a new service that much later. RFC 2308, section 5.</remarks>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan NegativeTtl { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The largest answer by UDP to who offers as much (EDNS), in bytes. Default 8,192; 512 to 65,507.</summary>
    /// <remarks>
    /// Who offers nothing gets 512. A larger answer is cut, marked as such, and whole by TCP. More than about 1,232 travels in fragments,
    /// which some networks drop; load balancers that never ask by TCP need it for services of many instances.
    /// </remarks>
    [Range(512, 65_507)]
    public int UdpBytesMax { get; init; } = 8_192;

    /// <summary>Resolvers for names outside the domains, asked in order. Default none: such names are refused.</summary>
    [MaxLength(8)]
    public IReadOnlyList<IPEndPoint> Recursors { get; init; } = [];

    /// <summary>How long one resolver may take before the next is asked. Default 2 s; 50 ms to 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:30")]
    public TimeSpan RecursorTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Queries that wait for resolvers at one time. Default 256; 1 to 65,536. Further ones fail at once (SERVFAIL).</summary>
    [Range(1, 65_536)]
    public int RecursionsMax { get; init; } = 256;

    /// <summary>TCP connections at one time. Default 256; 1 to 65,536. Further ones are closed at once.</summary>
    [Range(1, 65_536)]
    public int ConnectionsMax { get; init; } = 256;

    /// <summary>TCP connections of one client address at one time. Default 128; 0 to 65,536; 0: as many as it likes.</summary>
    /// <remarks>Further ones are closed at once. Below <see cref="ConnectionsMax"/>, it keeps one client from taking all places.</remarks>
    [Range(0, 65_536)]
    public int ConnectionsPerClient { get; init; } = 128;

    /// <summary>
    /// Answers by UDP a second to one client address, two seconds' worth at once. Default 5,000; 0 to 1,000,000; 0: as many as it likes.
    /// </summary>
    /// <remarks>
    /// Past it every other answer is dropped, and the others say "ask by TCP": who has forged the address of somebody else cannot, and that
    /// one gets little. Lower it, to 100 or so, where strangers reach the door. The addresses of an IPv6 network of 64 bits share it.
    /// </remarks>
    [Range(0, 1_000_000)]
    public int AnswersPerSecond { get; init; } = 5_000;

    /// <summary>How long a TCP client may take for its next query, and to take an answer. Default 10 s; 100 ms to 5 min.</summary>
    /// <remarks>A slower one is cut off, whatever it has sent by then. RFC 7766, section 6.2.3.</remarks>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var domain in Domains)
        {
            if (DnsDomain.TryEncode(domain) is null)
                yield return new ValidationResult($"'{domain}' is no domain; use one such as consul or svc.example.org.", [nameof(Domains)]);
        }

        if (NameKinds.Of(System.Text.Encoding.ASCII.GetBytes(Datacenter.ToLowerInvariant())) != NameKind.None)
            yield return new ValidationResult("Is a word that names have a meaning for; call it otherwise.", [nameof(Datacenter)]);
        if (Recursors.Any(recursor => recursor.Equals(Listen)))
            yield return new ValidationResult("Holds the address that this door listens on.", [nameof(Recursors)]);
    }
}
