using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Akka.Registry.Hosting.Settings;

/// <summary>The attributes that limit a property, in the words of settings.</summary>
/// <remarks>
/// On a list, a range and a pattern are meant for each element; lengths are meant for the list. A range is compared
/// here and not by its attribute, which throws on what its operand type cannot hold.
/// </remarks>
internal sealed class SettingBounds
{
    private readonly SettingShape.Scalar? _scalar;
    private readonly IReadOnlyList<ValidationAttribute> _attributes;

    private readonly string _unit;

    private SettingBounds(
        SettingShape.Scalar? scalar, string unit, IReadOnlyList<ValidationAttribute> attributes)
    {
        _scalar = scalar;
        _unit = unit;
        _attributes = attributes;
    }

    /// <summary>What is allowed, for example <c>1ms to 1h</c>; empty when everything is.</summary>
    public string Description => string.Join(", ", _attributes.Select(Describe).Where(text => text.Length > 0));

    public static SettingBounds Of(SettingShape shape, IReadOnlyList<ValidationAttribute> attributes)
    {
        var scalar = shape switch
        {
            SettingShape.Scalar own => own,
            SettingShape.List { Element: SettingShape.Scalar element } => element,
            SettingShape.Dictionary { Value: SettingShape.Scalar value } => value,
            _ => null,
        };
        var unit = shape is SettingShape.Scalar ? "characters" : "elements";
        return new SettingBounds(scalar, unit, attributes);
    }

    /// <summary>Checks a value.</summary>
    /// <returns>What it offends against; null when it is allowed.</returns>
    public string? Offence(object? value)
    {
        foreach (var attribute in _attributes)
        {
            if (!IsAllowed(attribute, value))
                return Describe(attribute);
        }

        return null;
    }

    private bool IsAllowed(ValidationAttribute attribute, object? value) => attribute switch
    {
        RequiredAttribute => attribute.IsValid(value),
        _ when value is null => true,
        RangeAttribute range => Elements(value).All(element => IsInRange(range, element)),
        RegularExpressionAttribute pattern => Elements(value).All(pattern.IsValid),
        _ => attribute.IsValid(value),
    };

    private bool IsInRange(RangeAttribute range, object element)
    {
        var minimum = Bound(range.Minimum).CompareTo(element);
        var maximum = Bound(range.Maximum).CompareTo(element);
        return (range.MinimumIsExclusive ? minimum < 0 : minimum <= 0)
            && (range.MaximumIsExclusive ? maximum > 0 : maximum >= 0);
    }

    /// <summary>A bound as a value of the property's type; one that the type cannot hold is the type's own.</summary>
    private IComparable Bound(object bound)
    {
        var type = _scalar is null ? bound.GetType() : Nullable.GetUnderlyingType(_scalar.Type) ?? _scalar.Type;
        return type == typeof(TimeSpan)
            ? TimeSpan.Parse((string)bound, CultureInfo.InvariantCulture)
            : (IComparable)Convert.ChangeType(bound, type, CultureInfo.InvariantCulture);
    }

    private string Describe(ValidationAttribute attribute) => attribute switch
    {
        RangeAttribute range =>
            $"{(range.MinimumIsExclusive ? "more than " : "")}{Format(range.Minimum)} to "
            + $"{(range.MaximumIsExclusive ? "less than " : "")}{Format(range.Maximum)}",
        RequiredAttribute { AllowEmptyStrings: true } => "",
        RequiredAttribute => "not empty",
        MinLengthAttribute { Length: 1 } => "not empty",
        MinLengthAttribute least => $"at least {least.Length} {_unit}",
        MaxLengthAttribute most => $"at most {most.Length} {_unit}",
        LengthAttribute length => $"{length.MinimumLength} to {length.MaximumLength} {_unit}",
        StringLengthAttribute length => $"{length.MinimumLength} to {length.MaximumLength} characters",
        RegularExpressionAttribute pattern => pattern.ErrorMessage ?? $"matching {pattern.Pattern}",
        DataTypeAttribute => "",
        _ => attribute.FormatErrorMessage("the value"),
    };

    private string Format(object bound) => _scalar?.Format.Format(Bound(bound)) ?? $"{bound}";

    private static IEnumerable<object> Elements(object value) => value switch
    {
        string text => [text],
        System.Collections.IDictionary entries => entries.Values.Cast<object>(),
        System.Collections.IEnumerable elements => elements.Cast<object>(),
        _ => [value],
    };
}
