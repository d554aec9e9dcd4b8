using System.Globalization;
using Akka.Registry.DistributedData;
using Akka.Registry.Queries;
using Akka.Registry.Server.Json;
using Akka.Registry.Server.Problems;

namespace Akka.Registry.Server.Api;

/// <summary>Reads the parameters of the query, strictly: a name that the operation does not know would silently widen the answer.</summary>
internal static class QueryReader
{
    private const string MetadataPrefix = "meta.";
    private const int ErrorsMax = 20;

    /// <summary>Refuses what the operation does not take.</summary>
    /// <exception cref="ProblemException">A parameter is unknown, or comes twice.</exception>
    public static void Check(HttpRequest request, ApiOperation operation)
    {
        if (!request.QueryString.HasValue)
            return;
        List<FieldError>? errors = null;
        foreach (var (name, values) in request.Query)
        {
            if (errors is { Count: ErrorsMax })
                break;      // Whoever sends thousands is not answered with as many sentences.
            var parameter = operation.Query.FirstOrDefault(known => known.Takes(name));
            if (parameter is null)
                (errors ??= []).Add(new FieldError(name, $"There is no parameter '{name}'; {Known(operation)}."));
            else if (values.Count > 1 && !parameter.Repeats)
                (errors ??= []).Add(new FieldError(name, $"The parameter '{name}' is given {values.Count} times."));
        }

        if (errors is not null)
            throw new ProblemException(Problem.OfFields(errors));
    }

    /// <summary>The parameter's text; null when it is not there.</summary>
    public static string? Text(HttpRequest request, string name) =>
        request.QueryString.HasValue && request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>An instance's epoch; null when it is not there.</summary>
    public static ulong? Epoch(HttpRequest request)
    {
        if (Text(request, "epoch") is not { } text)
            return null;
        return ValueText.TryEpoch(text, out var epoch) ? epoch : throw Wrong("epoch", ValueText.EpochNotation);
    }

    /// <summary>A whole number within bounds; null when it is not there.</summary>
    public static int? Whole(HttpRequest request, string name, int min, int max)
    {
        if (Text(request, name) is not { } text)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw Wrong(name, $"a whole number from {min} to {max}");
    }

    /// <summary>A duration; null when it is not there.</summary>
    public static TimeSpan? Duration(HttpRequest request, string name)
    {
        if (Text(request, name) is not { } text)
            return null;
        return DurationText.TryParse(text, out var duration) ? duration : throw Wrong(name, DurationText.Notation);
    }

    /// <summary>How far a write must reach.</summary>
    public static WriteOptions WriteOptions(HttpRequest request, HttpOptions options)
    {
        if (!request.QueryString.HasValue)
            return Registry.WriteOptions.Default;
        var consistency = Text(request, "consistency") switch
        {
            null or "local" => WriteConsistency.Local,
            "majority" => WriteConsistency.Majority,
            "all" => WriteConsistency.All,
            _ => throw Wrong("consistency", "one of local, majority, all"),
        };
        var timeout = Registry.WriteOptions.Default.Timeout;
        if (Text(request, "timeout") is { } text)
        {
            var max = options.ConsistencyTimeoutMax;
            if (!DurationText.TryParse(text, out timeout) || timeout <= TimeSpan.Zero || timeout > max)
                throw Wrong("timeout", $"{DurationText.Notation}, above zero and at most {DurationText.Format(max)}");
        }

        return new WriteOptions(consistency, timeout);
    }

    /// <summary>Which instances are wanted.</summary>
    /// <param name="request">The request.</param>
    /// <param name="withZone">Whether <c>zone</c> is a condition; for routees it is a preference.</param>
    public static InstanceFilter Filter(HttpRequest request, bool withZone)
    {
        if (!request.QueryString.HasValue)
            return InstanceFilter.None;
        var query = request.Query;
        var metadata = new Dictionary<string, string>();
        foreach (var (name, values) in query)
        {
            if (name.StartsWith(MetadataPrefix, StringComparison.Ordinal))
                metadata.Add(name[MetadataPrefix.Length..], values.ToString());
        }

        return new InstanceFilter
        {
            Statuses = Statuses(request),
            Tags = [.. query["tag"].OfType<string>()],
            Metadata = metadata,
            Zone = withZone ? Text(request, "zone") : null,
            Version = Text(request, "version"),
            Method = Text(request, "method"),
        };
    }

    private static List<InstanceStatus> Statuses(HttpRequest request)
    {
        var statuses = new List<InstanceStatus>();
        foreach (var values in request.Query["status"])
        {
            foreach (var text in (values ?? "").Split(','))
                statuses.Add(StatusText.TryParse(text, out var status) ? status : throw Wrong("status", $"one or more of {StatusText.All}"));
        }

        return statuses;
    }

    private static string Known(ApiOperation operation) => operation.Query.Count == 0
        ? "this operation takes none"
        : $"those that there are: {string.Join(", ", operation.Query.Select(parameter => parameter.Pattern))}";

    private static ProblemException Wrong(string name, string expected) =>
        new(Problem.OfField(name, $"'{name}' must be {expected}."));
}
