using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.Serialization;

namespace Akka.Registry.Hosting.Settings;

/// <summary>What may stand at a key, derived from the type of the property that receives it.</summary>
internal abstract record SettingShape
{
    private SettingShape(Type type) => Type = type;

    /// <summary>The type that the value is bound to.</summary>
    public Type Type { get; }

    /// <summary>A single value.</summary>
    public sealed record Scalar(Type BoundType, ScalarFormat Format) : SettingShape(BoundType);

    /// <summary>A list: of single values, or of sections.</summary>
    public sealed record List(Type BoundType, SettingShape Element) : SettingShape(BoundType);

    /// <summary>Keys that the settings choose themselves, each with a single value or a section.</summary>
    public sealed record Dictionary(Type BoundType, SettingShape Value) : SettingShape(BoundType);

    /// <summary>A section: an options record with its properties.</summary>
    public sealed record Section(Type BoundType, IReadOnlyList<SettingProperty> Properties) : SettingShape(BoundType)
    {
        public SettingProperty? Find(string key) =>
            Properties.FirstOrDefault(property => property.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The shape of an options record.</summary>
    /// <exception cref="InvalidOperationException">A property has a type that settings cannot express.</exception>
    public static Section OfRecord(Type type)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            .Where(property => !property.IsDefined(typeof(IgnoreDataMemberAttribute), inherit: false))
            .Select(property => new SettingProperty(property, Of(property.PropertyType, property)))
            .ToList();
        return new Section(type, properties);
    }

    private static SettingShape Of(Type type, PropertyInfo property)
    {
        if (ScalarFormat.Of(type, property.Name) is { } format)
            return new Scalar(type, format);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return new List(type, Of(type.GetGenericArguments()[0], property));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)
            && type.GetGenericArguments()[0] == typeof(string))
        {
            return new Dictionary(type, Of(type.GetGenericArguments()[1], property));
        }

        return type.IsClass && !type.IsAbstract && type.GetConstructor(Type.EmptyTypes) is not null
            && !typeof(System.Collections.IEnumerable).IsAssignableFrom(type)
                ? OfRecord(type)
                : throw new InvalidOperationException(
                    $"{property.DeclaringType?.Name}.{property.Name} is a {type.Name}, which settings cannot express; "
                    + "use a scalar, a list, a dictionary or a record with a parameterless constructor, or mark the "
                    + $"property with [{nameof(IgnoreDataMemberAttribute)}] if it is no setting.");
    }
}

/// <summary>A property of an options record, with its key and what may stand there.</summary>
internal sealed class SettingProperty
{
    private static readonly string[] SecretWords = ["secret", "password", "passphrase", "token", "tokens"];

    public SettingProperty(PropertyInfo property, SettingShape shape)
    {
        Property = property;
        Shape = shape;
        Key = SettingKeys.ToKebabCase(property.Name);
        var attributes = property.GetCustomAttributes(typeof(ValidationAttribute), inherit: false);
        Bounds = SettingBounds.Of(shape, Array.ConvertAll(attributes, static attribute => (ValidationAttribute)attribute));
        IsSecret = SecretWords.Contains(Key[(Key.LastIndexOf('-') + 1)..])
            || Array.Exists(attributes, static attribute => attribute is DataTypeAttribute { DataType: DataType.Password });
    }

    public PropertyInfo Property { get; }

    public SettingShape Shape { get; }

    /// <summary>The last element of its key.</summary>
    public string Key { get; }

    public SettingBounds Bounds { get; }

    /// <summary>Whether its value is kept out of logs and errors: marked as a password, or called like one.</summary>
    public bool IsSecret { get; }
}
