using System.Globalization;
using System.Net;

namespace Akka.Registry.Checks;

/// <summary>Whether checks may be registered. Pure; names everything that is wrong with them at once.</summary>
/// <remarks>Fields are named as the JSON of the HTTP door names them: <c>checks[2].url</c>.</remarks>
internal static class CheckValidator
{
    /// <summary>The shortest time that a check may be critical before it removes its instance, as Consul has it.</summary>
    public static readonly TimeSpan DeregisterAfterMin = TimeSpan.FromMinutes(1);

    private const int IdLengthMax = 256;
    private const int NameLengthMax = 256;
    private const int NotesLengthMax = 1_024;
    private const int UrlLengthMax = 2_048;
    private const int HostLengthMax = 255;
    private const int HeadersMax = 32;
    private const int HeaderLengthMax = 4_096;
    private const int BodyLengthMax = 4_096;
    private const int RangesMax = 32;
    private const int TimesMax = 100;
    private static readonly TimeSpan TimeMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan TimeMax = TimeSpan.FromDays(30);
    private static readonly TimeSpan DeregisterAfterMax = TimeSpan.FromDays(365);

    /// <summary>Checks all checks of one registration.</summary>
    /// <param name="service">The instance's service.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="checks">As they came; nothing in them is trusted, nulls included.</param>
    /// <param name="options">What is allowed.</param>
    /// <returns>What is wrong; null when all is well.</returns>
    public static RegistryException? Check(string service, string instance, IReadOnlyList<CheckDefinition>? checks, CheckOptions options)
    {
        if (checks is null)
            return new RegistryException(RegistryError.Invalid, "'checks' is null; leave it out or give a list.", "checks");
        if (checks.Count > options.PerInstance)
        {
            return new RegistryException(
                RegistryError.Invalid, $"'checks' holds {checks.Count}; at most {options.PerInstance} are allowed.", "checks");
        }

        if (checks.Count == 0)
            return null;
        var wrong = new Findings();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < checks.Count; i++)
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"checks[{i}]");
            if (checks[i] is not { } check)
            {
                wrong.Add(field, "is null; give a check");
                continue;
            }

            CheckOne(field, check, service, instance, options, wrong);
            if (check.Id is not null && !ids.Add(check.Id))
                wrong.Add(field + ".id", $"is '{check.Id}', as that of another check; ids are unique within an instance");
        }

        return wrong.ToException();
    }

    /// <summary>Checks one that is added to an instance.</summary>
    public static RegistryException? Check(string service, string instance, CheckDefinition check, CheckOptions options)
    {
        var wrong = new Findings();
        CheckOne("check", check, service, instance, options, wrong);
        return wrong.ToException();
    }

    /// <summary>Checks an id as calls carry it.</summary>
    public static RegistryException? CheckId(string? id)
    {
        var wrong = new Findings();
        Text("checkId", id, 1, IdLengthMax, wrong);
        return wrong.ToException();
    }

    /// <summary>Checks a status that somebody says of a check.</summary>
    public static RegistryException? CheckReport(InstanceStatus status, string? output)
    {
        var wrong = new Findings();
        Status("status", status, wrong);
        if (output is null)
            wrong.Add("output", "is null; leave it empty");
        return wrong.ToException();
    }

    private static void CheckOne(
        string field, CheckDefinition check, string service, string instance, CheckOptions options, Findings wrong)
    {
        Text(field + ".id", check.Id, 1, IdLengthMax, wrong);
        Text(field + ".name", check.Name, 0, NameLengthMax, wrong);
        Text(field + ".notes", check.Notes, 0, NotesLengthMax, wrong, isFree: true);
        Status(field + ".initialStatus", check.InitialStatus, wrong);
        Number(field + ".successBeforePassing", check.SuccessBeforePassing, 1, TimesMax, wrong);
        Number(field + ".failuresBeforeCritical", check.FailuresBeforeCritical, 1, TimesMax, wrong);
        if (check.FailuresBeforeWarning is { } warning)
            Number(field + ".failuresBeforeWarning", warning, 1, TimesMax, wrong);
        if (check.DeregisterAfter is { } after)
            Time(field + ".deregisterAfter", after, DeregisterAfterMin, DeregisterAfterMax, wrong);
        if (check is CheckDefinition.Active active)
        {
            Time(field + ".interval", active.Interval, options.IntervalMin, TimeMax, wrong);
            Time(field + ".timeout", active.Timeout, TimeMin, TimeSpan.FromHours(1), wrong);
            if (!options.Enabled)
                wrong.Add(field, "would be run by this node, which runs none ('checks.enabled'); use kind ttl, or another node");
        }

        switch (check)
        {
            case CheckDefinition.Ttl ttl: Time(field + ".ttl", ttl.TimeToLive, TimeMin, TimeMax, wrong); break;
            case CheckDefinition.Manual: break;
            case CheckDefinition.Http http: CheckHttp(field, http, wrong); break;
            case CheckDefinition.Tcp tcp: CheckTarget(field, tcp.Host, tcp.Port, wrong); break;
            case CheckDefinition.Grpc grpc:
                CheckTarget(field, grpc.Host, grpc.Port, wrong);
                Text(field + ".service", grpc.Service, 0, NameLengthMax, wrong);
                break;
            case CheckDefinition.Alias alias: CheckAlias(field, alias, service, instance, wrong); break;
            default: throw new System.Diagnostics.UnreachableException($"No rule for {check.GetType().Name}.");
        }
    }

    private static void CheckHttp(string field, CheckDefinition.Http http, Findings wrong)
    {
        Text(field + ".url", http.Url, 1, UrlLengthMax, wrong);
        if (http.Url is not null
            && (!Uri.TryCreate(http.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0))
            wrong.Add(field + ".url", "is no absolute http or https URL");
        Text(field + ".method", http.Method, 1, 32, wrong);
        if (http.Method is not null && !http.Method.All(IsTokenCharacter))
            wrong.Add(field + ".method", "is no HTTP method");
        if (http.Body is null)
            wrong.Add(field + ".body", "is null; leave it empty");
        else if (http.Body.Length > BodyLengthMax)
            wrong.Add(field + ".body", $"has {http.Body.Length} characters; at most {BodyLengthMax} are allowed");
        if (http.Headers is null)
            wrong.Add(field + ".headers", "is null; leave it out");
        else
            CheckHeaders(field + ".headers", http.Headers, wrong);
        if (http.Expected is null)
            wrong.Add(field + ".expect", "is null; leave it out");
        else if (http.Expected.Count > RangesMax)
            wrong.Add(field + ".expect", $"holds {http.Expected.Count}; at most {RangesMax} are allowed");
        else if (http.Expected.Any(range => range.From < 100 || range.To > 999 || range.From > range.To))
            wrong.Add(field + ".expect", "holds what is no status, nor a range of them, from 100 to 999");
    }

    private static void CheckHeaders(string field, IReadOnlyList<KeyValuePair<string, string>> headers, Findings wrong)
    {
        if (headers.Count > HeadersMax)
            wrong.Add(field, $"holds {headers.Count}; at most {HeadersMax} are allowed");
        foreach (var (name, value) in headers)
        {
            if (string.IsNullOrEmpty(name) || name.Length > NameLengthMax || !name.All(IsTokenCharacter))
                wrong.Add(field, "has a name that is none of a header");
            else if (value is null || value.Length > HeaderLengthMax || value.Any(c => char.IsControl(c) || c > '~'))
                wrong.Add($"{field}.{name}", $"is no header's value: printable ASCII, at most {HeaderLengthMax} characters");
        }
    }

    private static void CheckTarget(string field, string? host, int port, Findings wrong)
    {
        Text(field + ".host", host, 1, HostLengthMax, wrong);
        if (!string.IsNullOrEmpty(host) && !IPAddress.TryParse(host, out _) && Uri.CheckHostName(host) == UriHostNameType.Unknown)
            wrong.Add(field + ".host", "is neither a host name nor an IP address");
        Number(field + ".port", port, 1, 65_535, wrong);
    }

    private static void CheckAlias(string field, CheckDefinition.Alias alias, string service, string instance, Findings wrong)
    {
        Text(field + ".service", alias.Service, 1, NameLengthMax, wrong);
        Text(field + ".instance", alias.Instance, 0, NameLengthMax, wrong);
        if (alias.Service == service && (alias.Instance == instance || alias.Instance?.Length == 0))
            wrong.Add(field, "is an alias of the instance itself, which would never change; name another one");
    }

    private static void Status(string field, InstanceStatus status, Findings wrong)
    {
        if (!CheckStatuses.IsOfCheck(status))
            wrong.Add(field, "is none of a check; use passing, warning or critical");
    }

    private static void Number(string field, int number, int min, int max, Findings wrong)
    {
        if (number < min || number > max)
            wrong.Add(field, string.Create(CultureInfo.InvariantCulture, $"is {number}; {min} to {max} are allowed"));
    }

    private static void Time(string field, TimeSpan time, TimeSpan min, TimeSpan max, Findings wrong)
    {
        if (time < min || time > max)
            wrong.Add(field, $"is {Seconds(time)}; {Seconds(min)} to {Seconds(max)} are allowed");
    }

    private static void Text(string field, string? text, int lengthMin, int lengthMax, Findings wrong, bool isFree = false)
    {
        if (text is null)
            wrong.Add(field, "is null; give a text");
        else if (text.Length < lengthMin)
            wrong.Add(field, "is empty; give a text");
        else if (text.Length > lengthMax)
            wrong.Add(field, $"has {text.Length} characters; at most {lengthMax} are allowed");
        else if (!isFree && text.Any(char.IsControl))
            wrong.Add(field, "holds a control character; use printable ones");
        else if (text.EnumerateRunes().Any(rune => rune.Value == 0xFFFD))
            wrong.Add(field, "is no valid Unicode text; send UTF-8");
    }

    /// <summary>RFC 9110, section 5.6.2.</summary>
    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} s");

    private sealed class Findings
    {
        private const int Max = 20;
        private readonly List<string> _sentences = [];
        private string? _field;

        public void Add(string field, string what)
        {
            _field ??= field;
            if (_sentences.Count < Max)
                _sentences.Add($"'{field}' {what}.");
        }

        public RegistryException? ToException() =>
            _field is null ? null : new RegistryException(RegistryError.Invalid, string.Join(' ', _sentences), _field);
    }
}
