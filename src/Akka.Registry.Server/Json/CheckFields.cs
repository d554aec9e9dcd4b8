using System.Globalization;
using System.Text.Json;
using Akka.Registry.Checks;

namespace Akka.Registry.Server.Json;

/// <summary>
/// Reads one check of a body, strictly: whatever is wrong is noted under its name (<c>checks[2].url</c>), and reading goes on.
/// </summary>
/// <param name="check">The element.</param>
/// <param name="path">What it is called in the body.</param>
/// <param name="note">Takes what is wrong: a field and a sentence.</param>
internal sealed class CheckFields(JsonElement check, string path, Action<string, string> note)
{
    private const string Kinds = "ttl, manual, http, tcp, grpc or alias";

    private static readonly string[] Common =
    [
        "id", "kind", "name", "notes", "initialStatus", "successBeforePassing", "failuresBeforeWarning", "failuresBeforeCritical", "deregisterAfter",
    ];

    private static readonly Dictionary<string, string[]> OfKind = new(StringComparer.Ordinal)
    {
        ["ttl"] = [.. Common, "ttl"],
        ["manual"] = Common,
        ["http"] =
        [
            .. Common, "interval", "timeout", "url", "method", "headers", "body", "expect", "skipTlsVerify", "followRedirects",
        ],
        ["tcp"] = [.. Common, "interval", "timeout", "host", "port"],
        ["grpc"] = [.. Common, "interval", "timeout", "host", "port", "service", "tls", "skipTlsVerify"],
        ["alias"] = [.. Common, "service", "instance"],
    };

    /// <summary>Reads it.</summary>
    /// <returns>Null when something is wrong; that is noted.</returns>
    public CheckDefinition? Read()
    {
        if (check.ValueKind != JsonValueKind.Object)
        {
            note(path, $"'{path}' must be an object.");
            return null;
        }

        if (Text("kind", isRequired: true) is not { } kind)
            return null;
        if (!OfKind.TryGetValue(kind, out var fields))
        {
            Wrong("kind", Kinds);
            return null;
        }

        Refuse(fields, kind);
        var read = WithCommon(ReadKind(kind));
        return read is CheckDefinition.Active active ? WithTimes(active) : read;
    }

    private CheckDefinition ReadKind(string kind) => kind switch
    {
        "ttl" => new CheckDefinition.Ttl { Id = "", TimeToLive = Duration("ttl", isRequired: true) ?? TimeSpan.FromSeconds(1) },
        "http" => new CheckDefinition.Http
        {
            Id = "",
            Url = Text("url", isRequired: true) ?? "",
            Method = Text("method") ?? "GET",
            Headers = Headers(),
            Body = Text("body") ?? "",
            Expected = Expected(),
            SkipTlsVerify = Flag("skipTlsVerify"),
            FollowRedirects = Flag("followRedirects"),
        },
        "tcp" => new CheckDefinition.Tcp { Id = "", Host = Text("host", isRequired: true) ?? "", Port = Port() },
        "grpc" => new CheckDefinition.Grpc
        {
            Id = "",
            Host = Text("host", isRequired: true) ?? "",
            Port = Port(),
            Service = Text("service") ?? "",
            Tls = Flag("tls"),
            SkipTlsVerify = Flag("skipTlsVerify"),
        },
        "alias" => new CheckDefinition.Alias { Id = "", Service = Text("service", isRequired: true) ?? "", Instance = Text("instance") ?? "" },
        _ => new CheckDefinition.Manual { Id = "" },
    };

    private CheckDefinition WithCommon(CheckDefinition made) => made with
    {
        Id = Text("id", isRequired: true) ?? "",
        Name = Text("name") ?? "",
        Notes = Text("notes") ?? "",
        InitialStatus = Status("initialStatus") ?? made.InitialStatus,
        SuccessBeforePassing = Whole("successBeforePassing") ?? made.SuccessBeforePassing,
        FailuresBeforeWarning = Whole("failuresBeforeWarning"),
        FailuresBeforeCritical = Whole("failuresBeforeCritical") ?? made.FailuresBeforeCritical,
        DeregisterAfter = Duration("deregisterAfter"),
    };

    /// <summary>A run need not take longer than its interval.</summary>
    private CheckDefinition WithTimes(CheckDefinition.Active made)
    {
        var interval = Duration("interval") ?? made.Interval;
        return made with { Interval = interval, Timeout = Duration("timeout") ?? (interval < made.Timeout ? interval : made.Timeout) };
    }

    private void Refuse(string[] fields, string kind)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in check.EnumerateObject())
        {
            if (!fields.Contains(member.Name))
            {
                note(Name(member.Name), $"A check of kind {kind} has no field '{member.Name}'; its fields are {string.Join(", ", fields)}.");
            }
            else if (!seen.Add(member.Name))
            {
                note(Name(member.Name), $"The field '{Name(member.Name)}' is given twice.");
            }
        }
    }

    private string Name(string field) => $"{path}.{field}";

    private bool TryGet(string field, out JsonElement value) =>
        check.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;

    private void Wrong(string field, string expected) => note(Name(field), $"'{Name(field)}' must be {expected}.");

    private string? Text(string field, bool isRequired = false)
    {
        if (!TryGet(field, out var value))
        {
            if (isRequired)
                note(Name(field), $"The field '{Name(field)}' is required.");
            return null;
        }

        if (TextOf(value) is { } text)
            return text;
        Wrong(field, "a text");
        return null;
    }

    /// <summary>The characters of a text; null when it is none, or no valid one.</summary>
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private TimeSpan? Duration(string field, bool isRequired = false)
    {
        if (!TryGet(field, out var value))
        {
            if (isRequired)
                note(Name(field), $"The field '{Name(field)}' is required.");
            return null;
        }

        if (DurationText.TryParse(TextOf(value), out var duration))
            return duration;
        Wrong(field, DurationText.Notation);
        return null;
    }

    private InstanceStatus? Status(string field)
    {
        if (!TryGet(field, out var value))
            return null;
        if (StatusText.TryParse(TextOf(value), out var status) && CheckStatuses.IsOfCheck(status))
            return status;
        Wrong(field, "passing, warning or critical");
        return null;
    }

    private int? Whole(string field, int min = 1, int max = 100)
    {
        if (!TryGet(field, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max)
            return number;
        Wrong(field, $"a whole number from {min} to {max}");
        return null;
    }

    private int Port()
    {
        if (!TryGet("port", out _))
            note(Name("port"), $"The field '{Name("port")}' is required.");
        return Whole("port", 1, 65_535) ?? 1;
    }

    private bool Flag(string field)
    {
        if (!TryGet(field, out var value))
            return false;
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Wrong(field, "true or false");
        return value.ValueKind == JsonValueKind.True;
    }

    private List<KeyValuePair<string, string>> Headers()
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (!TryGet("headers", out var value))
            return headers;
        if (value.ValueKind != JsonValueKind.Object)
        {
            Wrong("headers", "an object whose values are texts, or lists of texts");
            return headers;
        }

        foreach (var member in value.EnumerateObject())
        {
            IEnumerable<JsonElement> values = member.Value.ValueKind == JsonValueKind.Array ? member.Value.EnumerateArray() : [member.Value];
            foreach (var one in values)
            {
                if (TextOf(one) is { } text)
                    headers.Add(KeyValuePair.Create(member.Name, text));
                else
                    Wrong($"headers.{member.Name}", "a text, or a list of texts");
            }
        }

        return headers;
    }

    /// <summary>Statuses as numbers, and ranges of them as <c>"200-204"</c>.</summary>
    private List<HttpStatusRange> Expected()
    {
        var expected = new List<HttpStatusRange>();
        if (!TryGet("expect", out var value))
            return expected;
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var one in value.EnumerateArray())
            {
                if (RangeOf(one) is { } range)
                    expected.Add(range);
            }

            if (expected.Count == value.GetArrayLength())
                return expected;
        }

        Wrong("expect", "a list of statuses and ranges, as [200, \"300-308\"]");
        return expected;
    }

    private static HttpStatusRange? RangeOf(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var status))
            return new HttpStatusRange(status, status);
        return TextOf(value)?.Split('-') is { Length: 2 } ends
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out var to)
            ? new HttpStatusRange(from, to)
            : null;
    }
}
