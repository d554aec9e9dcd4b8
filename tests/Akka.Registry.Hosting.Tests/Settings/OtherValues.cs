using System.Globalization;
using Akka.Registry.Hosting.Settings;

namespace Akka.Registry.Hosting.Tests.Settings;

/// <summary>Values that a setting might have besides its default, as HOCON; bounds sort them out.</summary>
internal static class OtherValues
{
    private static readonly string[] Texts =
    [
        "x", "other-x", "127.0.0.9", "127.0.0.9:9", "/tmp/x", "a-text-that-is-rather-long-for-a-setting", "9",
        "https://example.org/", "https", "anonymous read:*", "/dev/null",
    ];

    public static IEnumerable<string> Of(SettingShape shape, object? value) => shape switch
    {
        SettingShape.Scalar scalar => OfScalar(scalar, value),
        SettingShape.List { Element: SettingShape.Scalar element } =>
            OfScalar(element, Default(element.Type)).Select(text => $"[{text}]"),
        SettingShape.List { Element: SettingShape.Section section } => OfSection(section).Select(text => $"[{text}]"),
        SettingShape.Dictionary { Value: SettingShape.Scalar element } =>
            OfScalar(element, Default(element.Type)).Select(text => $"{{ some = {text} }}"),
        SettingShape.Dictionary { Value: SettingShape.Section section } =>
            OfSection(section).Select(text => $"{{ some {text} }}"),
        _ => [],
    };

    private static IEnumerable<string> OfScalar(SettingShape.Scalar scalar, object? value)
    {
        var type = Nullable.GetUnderlyingType(scalar.Type) ?? scalar.Type;
        if (type == typeof(bool))
            return ["true", "false"];
        if (type.IsEnum)
            return Enum.GetNames(type).Select(SettingKeys.ToKebabCase);
        if (type == typeof(TimeSpan))
        {
            var span = value is null ? TimeSpan.FromSeconds(1) : (TimeSpan)value;
            TimeSpan[] spans =
            [
                span * 1.1, span * 0.9, span * 2, span / 2, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1),
            ];
            return spans.Select(Duration.Format);
        }

        return scalar.Format.IsText ? Texts.Select(SettingText.Quote) : OfNumber(value);
    }

    private static IEnumerable<string> OfNumber(object? value)
    {
        var number = value is null ? 1 : Convert.ToDecimal(value, CultureInfo.InvariantCulture);
        return new[] { number + 1, number - 1, number * 2, number / 2, number * 0.9m, 1, 2, 0, 1_000 }
            .Select(other => other.ToString("0.####", CultureInfo.InvariantCulture));
    }

    private static IEnumerable<string> OfSection(SettingShape.Section section)
    {
        var defaults = Activator.CreateInstance(section.Type)!;
        return section.Properties.SelectMany(property =>
            Of(property.Shape, property.Property.GetValue(defaults)).Select(text => $"{{ {property.Key} = {text} }}"));
    }

    private static object? Default(Type type) => type.IsValueType ? Activator.CreateInstance(type) : null;
}
