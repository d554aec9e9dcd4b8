using System.Globalization;
using Akka.Registry.Server.Consul.Catalog;
using Akka.Registry.Server.Consul.Filters;

namespace Akka.Registry.Server.Consul;

/// <summary>What a request asks by its query string. Unknown parameters are ignored, as tokens are.</summary>
internal sealed class ConsulQuery
{
    private readonly IQueryCollection _query;

    /// <summary>Reads the parameters that every request may carry.</summary>
    /// <exception cref="ConsulException">One of them is malformed, or for another data center.</exception>
    public ConsulQuery(HttpRequest request, ConsulOptions options)
    {
        _query = request.Query;
        Index = ReadIndex();
        Wait = ReadWait();
        IsStale = Has("stale");
        IsConsistent = Has("consistent");
        IsCached = Has("cached");
        IsPretty = Has("pretty");
        if (IsStale && IsConsistent)
            throw ConsulException.Bad("Cannot specify ?stale with ?consistent, conflicting semantics.");
        if (Text("dc") is { Length: > 0 } dc && !dc.Equals(options.Datacenter, StringComparison.OrdinalIgnoreCase))
            throw new ConsulException(StatusCodes.Status500InternalServerError, "No path to datacenter");
    }

    /// <summary>The index that the client knows; 0 for none.</summary>
    public ulong Index { get; }

    /// <summary>How long it would wait; null for the default.</summary>
    public TimeSpan? Wait { get; }

    /// <summary>Any node may answer: here each always does.</summary>
    public bool IsStale { get; }

    /// <summary>The client would have the leader confirm.</summary>
    public bool IsConsistent { get; }

    /// <summary>The client would take an agent's cache.</summary>
    public bool IsCached { get; }

    /// <summary>Whether the answer is for people.</summary>
    public bool IsPretty { get; }

    /// <summary>A parameter; null when it is not there.</summary>
    public string? Text(string name) => _query.TryGetValue(name, out var values) && values.Count > 0 ? values[0] ?? "" : null;

    /// <summary>Whether a parameter is there, with or without a value.</summary>
    public bool Has(string name) => _query.ContainsKey(name);

    /// <summary>All values of a parameter.</summary>
    public IReadOnlyList<string> Texts(string name) =>
        _query.TryGetValue(name, out var values) ? [.. values.Where(value => !string.IsNullOrEmpty(value)).Select(value => value!)] : [];

    /// <summary>A flag: there without a value, or with one of Go's words for true and false.</summary>
    public bool Flag(string name) => Text(name) switch
    {
        null => false,
        "" or "1" or "t" or "T" or "TRUE" or "true" or "True" => true,
        "0" or "f" or "F" or "FALSE" or "false" or "False" => false,
        _ => throw ConsulException.Bad($"Invalid value for ?{name}"),
    };

    /// <summary>The filter, checked against something of the kind that it will see; null for none.</summary>
    /// <exception cref="ConsulException">It cannot be read or names what there is not; the text says where.</exception>
    public FilterExpression? Filter(IFilterable sample)
    {
        if (Text("filter") is not { Length: > 0 } text)
            return null;
        try
        {
            var filter = FilterParser.Parse(text);
            filter.Check(sample);
            return filter;
        }
        catch (FilterException e)
        {
            throw ConsulException.Bad($"Failed to create boolean expression evaluator: {e.Message}");
        }
    }

    /// <summary>Whether the node has all pairs that <c>node-meta</c> asks for.</summary>
    public bool WantsNode(CatalogNode node)
    {
        foreach (var pair in Texts("node-meta"))
        {
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            var (key, wanted) = colon < 0 ? (pair, "") : (pair[..colon], pair[(colon + 1)..]);
            if (!node.Meta.TryGetValue(key, out var value) || value != wanted)
                return false;
        }

        return true;
    }

    private ulong ReadIndex()
    {
        if (Text("index") is not { Length: > 0 } text)
            return 0;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw ConsulException.Bad("Invalid index");
    }

    private TimeSpan? ReadWait()
    {
        if (Text("wait") is not { Length: > 0 } text)
            return null;
        return GoDuration.TryParse(text, out var wait) ? wait : throw ConsulException.Bad("Invalid wait time");
    }
}
