using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Runtime.Serialization;

namespace Akka.Registry.Hosting.Tests.Settings;

/// <summary>Options with a property of each kind.</summary>
public sealed record SampleOptions
{
    /// <summary>Who this is.</summary>
    public SampleNodeOptions Node { get; init; } = new();

    /// <summary>With whom it talks.</summary>
    public SampleClusterOptions Cluster { get; init; } = SampleClusterOptions.Lan;

    /// <summary>Optional as a whole.</summary>
    public SampleTlsOptions? Tls { get; init; }

    [IgnoreDataMember]
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

public enum SampleMode
{
    None,
    FullSync,
}

public sealed record SampleNodeOptions
{
    /// <summary>The name of the node, in lower case.</summary>
    /// <remarks>Shown in <see cref="Mode"/> and logs; a longer one costs <c>name</c> bytes a frame.</remarks>
    [Required, RegularExpression("^[a-z0-9-]+$", ErrorMessage = "lower-case letters, digits and hyphens")]
    public string Name { get; init; } = "node";

    /// <summary>Whether it is there.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How it writes.</summary>
    public SampleMode Mode { get; init; }

    /// <summary>A port.</summary>
    [Range(1, 65535)]
    public int Port { get; init; } = 4053;

    /// <summary>A large number.</summary>
    public long Generation { get; init; } = 5_000_000_000;

    /// <summary>A share.</summary>
    [Range(0.0, 1.0)]
    public double Share { get; init; } = 0.15;

    /// <summary>A size.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int FrameBytesMax { get; init; } = 256 * 1024;

    /// <summary>A size that may be large.</summary>
    public long StoreBytesMax { get; init; } = 1L << 40;

    /// <summary>Where it is seen.</summary>
    public Uri? Url { get; init; }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Bind { get; init; } = new(IPAddress.Loopback, 4053);

    /// <summary>What it is called besides.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>A limit that may be absent.</summary>
    [Range(1, 10)]
    public int? Limit { get; init; }

    /// <summary>What nobody may see.</summary>
    [MinLength(8)]
    public string? ClusterSecret { get; init; }

    /// <summary>Computed, hence no setting.</summary>
    public string Address => $"{Name}:{Port}";
}

public sealed record SampleClusterOptions : IValidatableObject
{
    public static readonly SampleClusterOptions Lan = new();

    /// <summary>Whom it asks first.</summary>
    [MaxLength(3), RegularExpression("^.+:[0-9]+$", ErrorMessage = "host:port")]
    public IReadOnlyList<string> SeedNodes { get; init; } = ["127.0.0.1:4053"];

    /// <summary>From one probe to the next.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>For how long it waits.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Who may do what.</summary>
    public IReadOnlyList<SampleRuleOptions> Rules { get; init; } = [];

    /// <summary>Other clusters by name.</summary>
    public IReadOnlyDictionary<string, SampleRuleOptions> Peers { get; init; } =
        new Dictionary<string, SampleRuleOptions>();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ProbeTimeout >= ProbeInterval)
        {
            yield return new ValidationResult(
                "Has to be shorter than probe-interval.", [nameof(ProbeTimeout), nameof(ProbeInterval)]);
        }
    }
}

public sealed record SampleRuleOptions
{
    /// <summary>Of service names.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>What is allowed.</summary>
    public IReadOnlyList<SampleMode> Modes { get; init; } = [];

    /// <summary>Proves who it is.</summary>
    public string Token { get; init; } = "";
}

public sealed record SampleTlsOptions
{
    /// <summary>In PEM.</summary>
    public string CertificateFile { get; init; } = "";
}
