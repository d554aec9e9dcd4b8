using System.Globalization;
using System.Text;
using Akka.Registry.Client.Registrar;

namespace Akka.Registry.Hosting.Registering;

/// <summary>What an application knows of itself once it has started.</summary>
internal sealed record ApplicationFacts
{
    /// <summary>Where its server listens, in the server's order; null in an application without one.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>Endpoints with a name, as they were configured: name to URL.</summary>
    public IReadOnlyDictionary<string, string> NamedUrls { get; init; } = new Dictionary<string, string>(0);

    /// <summary>The machine's address towards the registry; null when there is none.</summary>
    public string? LocalAddress { get; init; }

    /// <summary>The machine's name.</summary>
    public required string Machine { get; init; }

    /// <summary>This process, in few characters.</summary>
    public required string Suffix { get; init; }

    /// <summary>Methods that its endpoints offer.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];
}

/// <summary>How a service is registered.</summary>
/// <param name="Registration">What to register; null when there is nothing to call.</param>
/// <param name="Notices">What somebody should know, sentences.</param>
internal sealed record RegistrationPlan(ServiceRegistration? Registration, IReadOnlyList<string> Notices)
{
    private const string Loopback = "127.0.0.1";
    private const int MethodsMax = 256;
    private const int MethodBytesMax = 4 * 1024;
    private const int IdCharactersMax = 256;

    /// <summary>Decides. Pure.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="facts">What is.</param>
    /// <param name="hasHealth">Whether something will say how the application is.</param>
    public static RegistrationPlan Of(string service, RegistrationOptions options, ApplicationFacts facts, bool hasHealth)
    {
        var notices = new List<string>();
        var bound = new List<BoundEndpoint>();
        foreach (var text in facts.Addresses ?? [])
        {
            if (BoundEndpoint.Parse(text) is { } endpoint)
                bound.Add(endpoint);
        }

        var main = bound.Find(endpoint => options.Scheme.Length == 0 || endpoint.Scheme == options.Scheme);
        if (main is null && options.Port is null && facts.Addresses is not null)
        {
            var what = options.Scheme.Length == 0 ? "no port" : $"no {options.Scheme} port";
            notices.Add($"It is not registered: the server listens on {what}. Give a port, or let the server listen on one.");
            return new RegistrationPlan(null, notices);
        }

        var host = options.Address ?? (main is null || main.IsWildcard ? facts.LocalAddress ?? Loopback : main.Host);
        if (options.Address is null && BoundEndpoint.IsLoopbackHost(host) && facts.LocalAddress is { } local && !BoundEndpoint.IsLoopbackHost(local))
            notices.Add("Its server listens on loopback alone, so callers on other machines will not reach it; bind it wider, or give an address.");
        var port = options.Port ?? main?.Port ?? 0;
        var methods = MethodsOf(options, facts, notices);
        var registration = new ServiceRegistration
        {
            Service = service,
            Id = options.Id ?? IdOf(service, port, facts),
            Address = host,
            Port = port,
            Methods = methods,
            Tags = options.Tags,
            Metadata = MetadataOf(options, facts, host, main, bound),
            Zone = options.Zone,
            Version = options.Version,
            Weight = options.Weight,
            Ttl = options.Ttl,
            DeregisterAfter = options.DeregisterAfter,
            Status = hasHealth && options.StartingUntilHealthKnown ? InstanceStatus.Starting : InstanceStatus.Passing,
        };
        return new RegistrationPlan(registration, notices);
    }

    private static string IdOf(string service, int port, ApplicationFacts facts)
    {
        var tail = string.Create(CultureInfo.InvariantCulture, $"-{port}-{facts.Suffix}");
        var head = $"{service}-{facts.Machine}";
        return head[..Math.Min(head.Length, IdCharactersMax - tail.Length)] + tail;
    }

    private static Dictionary<string, string> MetadataOf(
        RegistrationOptions options, ApplicationFacts facts, string host, BoundEndpoint? main, List<BoundEndpoint> bound)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (main is not null)
        {
            metadata["scheme"] = main.Scheme;
            // A port that was given stands for a mapping, which the server's own ports know nothing of.
            if (options.Port is null)
            {
                foreach (var endpoint in bound)
                    metadata.TryAdd("endpoint." + endpoint.Scheme, Show(endpoint, endpoint.Scheme, host, options));
                foreach (var (name, url) in facts.NamedUrls)
                {
                    // A configured port 0 became another one: which, the server does not tell.
                    if (BoundEndpoint.Parse(url) is { } configured
                        && bound.Find(endpoint => endpoint.Port == configured.Port && endpoint.Scheme == configured.Scheme) is { } endpoint)
                        metadata.TryAdd("endpoint." + name.ToLowerInvariant(), Show(endpoint, main.Scheme, host, options));
                }
            }
        }

        foreach (var (name, endpoint) in options.Endpoints)
            metadata["endpoint." + name] = endpoint;
        foreach (var (key, text) in options.Metadata)
            metadata[key] = text;
        return metadata;
    }

    /// <summary>A port alone, where scheme and host are what a caller takes anyway; else the whole.</summary>
    private static string Show(BoundEndpoint endpoint, string impliedScheme, string host, RegistrationOptions options)
    {
        var port = endpoint.Port.ToString(CultureInfo.InvariantCulture);
        // An address that was given stands for the whole server.
        var reached = endpoint.IsWildcard || options.Address is not null ? host : endpoint.Host;
        if (endpoint.Scheme == impliedScheme && reached.Equals(host, StringComparison.OrdinalIgnoreCase))
            return port;
        return $"{endpoint.Scheme}://{(reached.Contains(':', StringComparison.Ordinal) ? $"[{reached}]" : reached)}:{port}";
    }

    private static List<string> MethodsOf(RegistrationOptions options, ApplicationFacts facts, List<string> notices)
    {
        var methods = options.Methods.Concat(facts.Methods).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (methods.Count <= MethodsMax && methods.Sum(Encoding.UTF8.GetByteCount) <= MethodBytesMax)
            return methods;
        notices.Add($"Its {methods.Count} methods are more than an entry holds ({MethodsMax}, {MethodBytesMax} bytes); none is told. Report fewer.");
        return [];
    }
}
