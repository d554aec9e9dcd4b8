using System.Globalization;
using System.Net;
using System.Numerics;

namespace Akka.Registry.Hosting.Settings;

/// <summary>How values of one type are written in settings.</summary>
/// <param name="Name">What an error calls it: "is not {Name}".</param>
/// <param name="Parse">Reads it; null when the text is no such value.</param>
/// <param name="Format">Writes it so that <paramref name="Parse"/> reads it back.</param>
/// <param name="IsText">Whether it has to be quoted in HOCON.</param>
internal sealed record ScalarFormat(
    string Name, Func<string, object?> Parse, Func<object, string> Format, bool IsText = false)
{
    private static readonly Dictionary<Type, ScalarFormat> ByType = new()
    {
        [typeof(bool)] = new("true or false", ParseBoolean, value => (bool)value ? "true" : "false"),
        [typeof(int)] = Number<int>("a whole number", NumberStyles.AllowLeadingSign),
        [typeof(long)] = Number<long>("a whole number", NumberStyles.AllowLeadingSign),
        [typeof(ushort)] = Number<ushort>("a whole number", NumberStyles.None),
        [typeof(uint)] = Number<uint>("a whole number", NumberStyles.None),
        [typeof(ulong)] = Number<ulong>("a whole number", NumberStyles.None),
        [typeof(double)] = Number<double>("a number", NumberStyles.Float),
        [typeof(decimal)] = Number<decimal>("a number", NumberStyles.Float),
        [typeof(string)] = new("a string", text => text, value => (string)value, IsText: true),
        [typeof(TimeSpan)] = new(
            "a duration: a number with a unit, such as 500ms, 30s, 2m, 1h or 1d",
            text => Duration.TryParse(text, out var duration) ? duration : null,
            value => Duration.Format((TimeSpan)value)),
        [typeof(Uri)] = new(
            "an absolute URI such as https://host:8500/",
            text => Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null,
            value => ((Uri)value).ToString(),
            IsText: true),
        [typeof(IPEndPoint)] = new(
            "an address and a port such as 127.0.0.1:4053 or [::1]:4053",
            ParseEndPoint,
            value => $"{value}",
            IsText: true),
        [typeof(IPAddress)] = new(
            "an IP address such as 127.0.0.1 or ::1",
            text => IPAddress.TryParse(text, out var address) ? address : null,
            value => $"{value}",
            IsText: true),
    };

    /// <summary>The format of a property's type; null when it is no scalar.</summary>
    /// <param name="type">The type; a nullable one has the format of what it wraps.</param>
    /// <param name="propertyName">A whole number is a size when its property's name holds <c>Bytes</c>.</param>
    public static ScalarFormat? Of(Type type, string propertyName)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return Enumeration(type);
        var isBytes = propertyName.Contains("Bytes", StringComparison.Ordinal)
            && (type == typeof(int) || type == typeof(long));
        return isBytes ? Bytes(type) : ByType.GetValueOrDefault(type);
    }

    private static ScalarFormat Number<T>(string name, NumberStyles style)
        where T : struct, INumberBase<T> => new(
            name,
            text => T.TryParse(text.Trim(), style, CultureInfo.InvariantCulture, out var value) && T.IsFinite(value)
                ? value
                : null,
            value => ((T)value).ToString(null, CultureInfo.InvariantCulture));

    private static ScalarFormat Bytes(Type type) => new(
        "a size in bytes: a whole number, or one with a unit such as 256 KiB or 1 MB",
        text => !ByteSize.TryParse(text, out var bytes) || (type == typeof(int) && bytes != (int)bytes)
            ? null
            : Convert.ChangeType(bytes, type, CultureInfo.InvariantCulture),
        value => ByteSize.Format(Convert.ToInt64(value, CultureInfo.InvariantCulture)));

    private static ScalarFormat Enumeration(Type type)
    {
        var byName = Enum.GetNames(type).ToDictionary(SettingKeys.ToKebabCase, name => Enum.Parse(type, name));
        return new ScalarFormat(
            $"one of {string.Join(", ", byName.Keys)}",
            text => byName.GetValueOrDefault(text.Trim().ToLowerInvariant()),
            value => SettingKeys.ToKebabCase($"{value}"));
    }

    /// <summary>The specification's six words: "yes" and "on" are true, "no" and "off" false.</summary>
    private static object? ParseBoolean(string text) => text.Trim().ToLowerInvariant() switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => null,
    };

    /// <summary>The port has to be there: 0 is a port that the system chooses, and has to be asked for.</summary>
    private static IPEndPoint? ParseEndPoint(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0
            && text[colon - 1] != ':'
            && (text.Count(c => c == ':') == 1 || text[colon - 1] == ']')
            && IPEndPoint.TryParse(text, out var endPoint)
                ? endPoint
                : null;
    }
}
