using System.Buffers;
using System.Globalization;
using System.Net;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Entries;

/// <summary>
/// Whether a registration may be written. Pure; each refusal names the field, the limit and the way out.
/// </summary>
/// <remarks>
/// Fields are named as the JSON of the HTTP door names them: <c>address</c>, <c>tags[3]</c>, <c>metadata.region</c>.
/// </remarks>
internal static class RegistrationValidator
{
    /// <summary>The limit that only the encoded entry can pass.</summary>
    public const string EntryBytesLimit = "limits.entry-bytes";

    private static readonly SearchValues<char> PrintableAscii = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)]);

    /// <summary>Checks everything that one registration says.</summary>
    /// <param name="registration">As it came; nothing in it is trusted, nulls included.</param>
    /// <param name="limits">What is allowed.</param>
    /// <param name="leases">Bounds of the terms.</param>
    /// <param name="checks">Bounds of the checks.</param>
    /// <returns>The first thing that is wrong; null when all is well.</returns>
    public static RegistryException? Check(
        Registration registration, LimitOptions limits, Leases.LeaseOptions leases, Checks.CheckOptions checks)
    {
        var arePlain = registration.ArePlain;
        return CheckKey(registration.Service, registration.Id, limits)
            ?? (arePlain ? null : CheckAddress(registration.Address, limits))
            ?? CheckNumber("port", registration.Port, 0, 65_535)
            ?? CheckNumber("weight", registration.Weight, 0, 65_535)
            ?? (arePlain ? null : CheckLabels(registration, limits))
            ?? CheckTerms(registration, leases)
            ?? CheckReported(registration.Status)
            ?? CheckEpoch(registration.Epoch)
            ?? CheckLease(registration.Lease)
            ?? Checks.CheckValidator.Check(registration.Service, registration.Id, registration.Checks, checks);
    }

    /// <summary>Checks the name of an instance, as every call carries it.</summary>
    public static RegistryException? CheckKey(RecordKey key, LimitOptions limits) => CheckKey(key.Service, key.Instance, limits);

    /// <summary>Checks the name of a service.</summary>
    public static RegistryException? CheckService(string? service, LimitOptions limits)
    {
        if (string.IsNullOrEmpty(service))
            return Invalid("service", "is missing; give the service's name");
        if (service.Length > limits.ServiceNameLength)
            return TooLong("service", service.Length, limits.ServiceNameLength, "service-name-length");
        foreach (var c in service)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
                return Invalid("service", $"holds {Show(c)}; use letters, digits, dot, dash and underscore");
        }

        // Each dot-separated part becomes a DNS label: RFC 1035, section 2.3.4.
        foreach (var part in service.AsSpan().Split('.'))
        {
            if (part.End.Value - part.Start.Value is 0 or > 63)
                return Invalid("service", "has a part between dots that is empty or longer than 63 characters, as no DNS name may; change it");
        }

        return null;
    }

    /// <summary>Checks a status that an instance reports of itself.</summary>
    public static RegistryException? CheckReported(InstanceStatus status) => status is >= InstanceStatus.Starting and <= InstanceStatus.Draining
        ? null
        : Invalid("status", "is none that an instance may report; use starting, passing, warning, critical or draining");

    /// <summary>Checks an epoch that a caller brings.</summary>
    public static RegistryException? CheckEpoch(ulong? epoch) =>
        epoch is 0 ? Invalid("epoch", "is 0, which means none; leave it out, or mint one at the instance's start") : null;

    /// <summary>Checks what only the encoded entry shows.</summary>
    public static RegistryException? CheckSize(int encodedBytes, LimitOptions limits) => encodedBytes <= limits.EntryBytes
        ? null
        : new RegistryException(
            RegistryError.Invalid,
            $"The entry takes {encodedBytes} bytes; {limits.EntryBytes} are allowed (limits.entry-bytes). Give it less metadata, or fewer tags "
                + "and methods.")
        {
            Limit = EntryBytesLimit,
        };

    /// <summary>The lease's terms, defaults filled in.</summary>
    public static Leases.LeaseTerms Terms(Registration registration, Leases.LeaseOptions leases)
    {
        var ttl = registration.Ttl ?? leases.Ttl;
        return new Leases.LeaseTerms(ttl, registration.DeregisterAfter ?? ttl);
    }

    private static RegistryException? CheckKey(string? service, string? id, LimitOptions limits) =>
        CheckService(service, limits) ?? CheckText("id", id, 1, limits.InstanceIdLength, "instance-id-length");

    private static RegistryException? CheckAddress(string? address, LimitOptions limits)
    {
        if (CheckText("address", address, 1, limits.AddressLength, "address-length") is { } wrong)
            return wrong;
        return IPAddress.IsValid(address) || Uri.CheckHostName(address) != UriHostNameType.Unknown
            ? null
            : Invalid("address", "is neither a host name nor an IP address; give it without scheme and port");
    }

    private static RegistryException? CheckLabels(Registration registration, LimitOptions limits) =>
        CheckTexts("methods", registration.Methods, limits.Methods, limits.MethodLength, "method-length")
        ?? CheckTexts("tags", registration.Tags, limits.Tags, limits.TagLength, "tag-length")
        ?? CheckMetadata(registration.Metadata, limits)
        ?? CheckText("zone", registration.Zone, 0, limits.LabelLength, "label-length")
        ?? CheckText("version", registration.Version, 0, limits.LabelLength, "label-length");

    private static RegistryException? CheckTexts(string field, IReadOnlyList<string>? texts, int countMax, int lengthMax, string lengthLimit)
    {
        if (texts is null)
            return Invalid(field, "is null; leave it out or give a list");
        if (texts.Count > countMax)
            return Beyond(field, $"holds {texts.Count}; at most {countMax} are allowed", field);
        for (var i = 0; i < texts.Count; i++)
        {
            if (CheckText(field, texts[i], 1, lengthMax, lengthLimit) is not null)
                return CheckText($"{field}[{i}]", texts[i], 1, lengthMax, lengthLimit);
        }

        return null;
    }

    private static RegistryException? CheckMetadata(IReadOnlyDictionary<string, string>? pairs, LimitOptions limits)
    {
        if (pairs is null)
            return Invalid("metadata", "is null; leave it out or give pairs");
        if (pairs.Count > limits.MetadataPairs)
            return Beyond("metadata", $"holds {pairs.Count} pairs; at most {limits.MetadataPairs} are allowed", "metadata-pairs");
        foreach (var (key, text) in StringPairs.Of(pairs))
        {
            if (CheckText("metadata", key, 1, limits.MetadataKeyLength, "metadata-key-length") is { } wrongKey)
                return Invalid("metadata", "has a key that cannot be: " + wrongKey.Message, wrongKey.Limit);
            if (text is null)
                return Invalid("metadata." + key, "is null; leave the pair out or give an empty text");
            if (text.Length > limits.MetadataValueLength)
                return TooLong("metadata." + key, text.Length, limits.MetadataValueLength, "metadata-value-length");
            if (HasLoneSurrogate(text))
                return Invalid("metadata." + key, "is no valid Unicode text; encode binary data, for instance as base64");
        }

        return null;
    }

    private static RegistryException? CheckTerms(Registration registration, Leases.LeaseOptions leases)
    {
        if (registration.Ttl is { } ttl && (ttl < leases.TtlMin || ttl > leases.TtlMax))
            return Invalid("ttl", $"is {Seconds(ttl)}; {Seconds(leases.TtlMin)} to {Seconds(leases.TtlMax)} are allowed");
        if (registration.DeregisterAfter is { } after && (after < TimeSpan.Zero || after > leases.DeregisterAfterMax))
            return Invalid("deregisterAfter", $"is {Seconds(after)}; 0 s to {Seconds(leases.DeregisterAfterMax)} are allowed");
        return null;
    }

    private static RegistryException? CheckLease(Checks.LeaseKind lease) =>
        lease is Checks.LeaseKind.Beats or Checks.LeaseKind.None ? null : Invalid("lease", "is none that there is; use beats or none");

    private static RegistryException? CheckNumber(string field, int number, int min, int max) => number >= min && number <= max
        ? null
        : Invalid(field, string.Create(CultureInfo.InvariantCulture, $"is {number}; {min} to {max} are allowed"));

    private static RegistryException? CheckText(string field, string? text, int lengthMin, int lengthMax, string limit)
    {
        if (text is null)
            return Invalid(field, "is null; give a text");
        if (text.Length < lengthMin)
            return Invalid(field, "is empty; give a text");
        if (text.Length > lengthMax)
            return TooLong(field, text.Length, lengthMax, limit);
        if (IsPrintableAscii(text))
            return null;            // As nearly all are.
        foreach (var c in text)
        {
            if (char.IsControl(c))
                return Invalid(field, $"holds {Show(c)}; use printable characters");
        }

        return HasLoneSurrogate(text) ? Invalid(field, "is no valid Unicode text; send UTF-8") : null;
    }

    private static bool IsPrintableAscii(string text) => !text.AsSpan().ContainsAnyExcept(PrintableAscii);

    /// <summary>Half a surrogate pair cannot be encoded: it would come back as another text.</summary>
    private static bool HasLoneSurrogate(string text)
    {
        if (IsPrintableAscii(text))
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return true;
            i++;
        }

        return false;
    }

    private static RegistryException TooLong(string field, int length, int lengthMax, string limit) =>
        Beyond(field, string.Create(CultureInfo.InvariantCulture, $"has {length} characters; at most {lengthMax} are allowed"), limit);

    /// <param name="field">The field.</param>
    /// <param name="what">What is wrong with it.</param>
    /// <param name="limit">The limit's key below <c>limits</c>.</param>
    private static RegistryException Beyond(string field, string what, string limit) => Invalid(field, $"{what} (limits.{limit})", "limits." + limit);

    private static RegistryException Invalid(string field, string what, string? limit = null) =>
        new(RegistryError.Invalid, $"'{field}' {what}.", field) { Limit = limit };

    private static string Show(char c) => char.IsControl(c) ? string.Create(CultureInfo.InvariantCulture, $"U+{(int)c:X4}") : $"'{c}'";

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} s");
}
