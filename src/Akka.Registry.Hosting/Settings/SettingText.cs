using System.Collections;
using System.Diagnostics;
using System.Text;

namespace Akka.Registry.Hosting.Settings;

/// <summary>Writes values as HOCON, on one line.</summary>
internal static class SettingText
{
    /// <summary>A value of a shape, as HOCON reads it back.</summary>
    public static string Write(SettingShape shape, object? value) => (shape, value) switch
    {
        (_, null) => "null",
        (SettingShape.Scalar { Format.IsText: true } text, _) => Quote(text.Format.Format(value)),
        (SettingShape.Scalar scalar, _) => scalar.Format.Format(value),
        (SettingShape.List list, IEnumerable items) =>
            $"[{string.Join(", ", items.Cast<object?>().Select(item => Write(list.Element, item)))}]",
        (SettingShape.Dictionary dictionary, _) => WriteEntries(dictionary, value),
        (SettingShape.Section section, _) => WriteSection(section, value),
        _ => throw new UnreachableException($"No rule for {shape.GetType().Name}."),
    };

    /// <summary>A property's value, unless nobody may see it.</summary>
    public static string WriteFor(SettingProperty property, object? value) =>
        property.IsSecret && value is not null ? SettingsReport.Mask : Write(property.Shape, value);

    /// <summary>A string in double quotes, escaped as JSON escapes.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                '\n' => quoted.Append("\\n"),
                < ' ' => quoted.Append($"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Any dictionary with strings as keys; the type of its values is known only at run time.</summary>
    private static string WriteEntries(SettingShape.Dictionary shape, object value)
    {
        var entries = new List<string>();
        foreach (var entry in (IEnumerable)value)
        {
            var type = entry.GetType();
            var name = (string)type.GetProperty("Key")!.GetValue(entry)!;
            entries.Add($"{Quote(name)} = {Write(shape.Value, type.GetProperty("Value")!.GetValue(entry))}");
        }

        return entries.Count == 0 ? "{}" : $"{{ {string.Join(", ", entries.Order(StringComparer.Ordinal))} }}";
    }

    private static string WriteSection(SettingShape.Section shape, object value)
    {
        var fields = shape.Properties.Select(property =>
            $"{property.Key} = {WriteFor(property, property.Property.GetValue(value))}");
        return $"{{ {string.Join(", ", fields)} }}";
    }
}
