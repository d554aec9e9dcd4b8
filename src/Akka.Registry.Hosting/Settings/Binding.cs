using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Akka.Registry.Hosting.Settings;

/// <summary>One run of <see cref="OptionsBinder"/>: fills records, and collects errors and what is in force.</summary>
internal sealed class Binding(SettingLayers root)
{
    private const string DefaultSource = "default";
    private const StringSplitOptions SplitOptions =
        StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    public List<SettingsError> Errors { get; } = [];

    public List<EffectiveSetting> Settings { get; } = [];

    /// <summary>Fills a copy of a record with the settings of a section.</summary>
    public object BindSection(SettingShape.Section shape, string key, SettingLayers layers, object defaults)
    {
        var options = Copy(defaults);
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        var errorsBefore = Errors.Count;
        foreach (var property in shape.Properties)
        {
            var fallback = property.Property.GetValue(defaults);
            var propertyKey = Join(key, property.Key);
            var value = BindProperty(property, propertyKey, layers, fallback, out var place);
            places[property.Property.Name] = place;
            property.Property.SetValue(options, value);
        }

        if (Errors.Count == errorsBefore)
            CheckRelations(options, shape, key, places);
        return options;
    }

    private object? BindProperty(
        SettingProperty property, string key, SettingLayers layers, object? fallback, out string place)
    {
        place = DefaultSource;
        if (property.Shape is SettingShape.Section section)
        {
            // An optional section is there once it, or one of its keys, is.
            return fallback is null && layers.ChildrenOf(key).Count == 0 && layers.Find(key)?.Text is null
                ? null
                : BindSection(section, key, layers, fallback ?? Activator.CreateInstance(section.Type)!);
        }

        var errorsBefore = Errors.Count;
        var value = property.Shape switch
        {
            SettingShape.Scalar scalar => BindScalar(property, scalar, key, layers, fallback, ref place),
            SettingShape.List list => BindList(property, list, key, layers, fallback, ref place),
            SettingShape.Dictionary entries => BindDictionary(property, entries, key, layers, fallback, ref place),
            _ => throw new UnreachableException($"No rule for {property.Shape.GetType().Name}."),
        };
        if (Errors.Count > errorsBefore)
            return fallback;
        if (property.Bounds.Offence(value) is { } offence)
        {
            var written = property.IsSecret ? "The value" : SettingText.Write(property.Shape, value);
            Errors.Add(new SettingsError(
                root.PathOf(key), place,
                $"{written} is outside what is allowed: {offence}.{DefaultOf(property, fallback)}"));
            return fallback;
        }

        if (!IsListOfSections(property.Shape))
        {
            Settings.Add(new EffectiveSetting(
                root.PathOf(key), SettingText.WriteFor(property, value), place, place == DefaultSource));
        }

        return value;
    }

    private object? BindScalar(
        SettingProperty property, SettingShape.Scalar shape, string key, SettingLayers layers, object? fallback,
        ref string place)
    {
        if (layers.Find(key) is not { } found || found.Text is null)
            return fallback;
        place = found.Place;
        return Parse(property, shape, key, found.Text, found.Place, fallback);
    }

    private object? BindList(
        SettingProperty property, SettingShape.List shape, string key, SettingLayers layers, object? fallback,
        ref string place)
    {
        if (layers.TopmostWith(key) is not { } layer)
            return fallback;

        var indexes = layer.ChildrenOf(key).Where(child => int.TryParse(child, NumberStyles.None, null, out _))
            .OrderBy(child => int.Parse(child, CultureInfo.InvariantCulture)).ToList();
        var whole = layer.Find(key);
        var items = CreateList(shape);
        place = whole?.Place ?? PlaceOfFirst(layer, key);
        if (whole is not null && indexes.Count > 0)
        {
            Errors.Add(new SettingsError(
                root.PathOf(key), whole.Place,
                $"Is set as a whole and by index ({PlaceOfFirst(layer, Join(key, indexes[0]))}). Use one of the two."));
        }
        else if (whole is { Text: null })
        {
            place = DefaultSource;
            return fallback;
        }
        else if (whole is not null && shape.Element is SettingShape.Scalar scalar)
        {
            foreach (var text in whole.Text!.Split(',', SplitOptions))
                AddSound(items, Parse(property, scalar, key, text, whole.Place, null));
        }
        else
        {
            foreach (var index in indexes)
                AddSound(items, BindElement(property, shape.Element, Join(key, index), layer));
        }

        return items;
    }

    private object? BindDictionary(
        SettingProperty property, SettingShape.Dictionary shape, string key, SettingLayers layers, object? fallback,
        ref string place)
    {
        if (layers.TopmostWith(key) is not { } topmost)
            return fallback;

        var entries = CreateDictionary(shape);
        place = topmost.Find(key)?.Place ?? PlaceOfFirst(topmost, key);
        if (shape.Value is SettingShape.Scalar scalar)
        {
            if (topmost.Find(key) is { Text: { Length: > 0 } pairs } whole)
            {
                BindPairs(property, scalar, key, pairs, whole.Place, entries);
                return entries;
            }

            foreach (var name in layers.DescendantsOf(key))
            {
                var found = layers.Find(Join(key, name))!;
                if (found.Text is null)
                    continue;
                entries[SettingKeys.ToPath(name)] =
                    Parse(property, scalar, Join(key, name), found.Text, found.Place, fallback: null);
            }
        }
        else
        {
            foreach (var name in layers.ChildrenOf(key))
                entries[name] = BindElement(property, shape.Value, Join(key, name), layers);
        }

        return entries;
    }

    /// <summary><c>zone=a,rack=7</c>: how one environment variable or switch sets a dictionary.</summary>
    private void BindPairs(
        SettingProperty property, SettingShape.Scalar shape, string key, string pairs, string place,
        IDictionary entries)
    {
        foreach (var pair in pairs.Split(',', SplitOptions))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                entries[pair[..equals].Trim()] = Parse(property, shape, key, pair[(equals + 1)..].Trim(), place, null);
            else
                Errors.Add(new SettingsError(root.PathOf(key), place, $"'{pair}' is not name=value."));
        }
    }

    private object? BindElement(SettingProperty property, SettingShape shape, string key, SettingLayers layers)
    {
        switch (shape)
        {
            case SettingShape.Section section:
                return BindSection(section, key, layers, Activator.CreateInstance(section.Type)!);
            case SettingShape.Scalar scalar when layers.Find(key) is { Text: { } text, Place: var place }:
                return Parse(property, scalar, key, text, place, null);
            case SettingShape.Scalar:
                Errors.Add(new SettingsError(
                    root.PathOf(key), PlaceOfFirst(layers, key), "Expected a single value as an element of the list."));
                return null;
            default:
                throw new InvalidOperationException(
                    $"{property.Property.Name}: a list of lists has no form in settings.");
        }
    }

    private object? Parse(
        SettingProperty property, SettingShape.Scalar shape, string key, string text, string place, object? fallback)
    {
        if (shape.Format.Parse(text) is { } value)
            return value;
        var written = property.IsSecret ? "The value" : $"\"{text}\"";
        var allowed = property.Bounds.Description is { Length: > 0 } bounds ? $" Allowed: {bounds}." : "";
        Errors.Add(new SettingsError(
            root.PathOf(key), place, $"{written} is not {shape.Format.Name}.{allowed}{DefaultOf(property, fallback)}"));
        return fallback;
    }

    private void CheckRelations(
        object options, SettingShape.Section shape, string key, Dictionary<string, string> places)
    {
        if (options is not IValidatableObject validatable)
            return;
        foreach (var result in validatable.Validate(new ValidationContext(options)))
        {
            var members = result.MemberNames
                .Select(name => shape.Properties.FirstOrDefault(property => property.Property.Name == name))
                .OfType<SettingProperty>().ToList();
            var errorKey = members.Count > 0 ? Join(key, members[0].Key) : key;
            var where = members
                .Where(member => places[member.Property.Name] != DefaultSource)
                .Select(member => places[member.Property.Name])
                .DefaultIfEmpty(DefaultSource);
            Errors.Add(new SettingsError(
                root.PathOf(errorKey), string.Join(", ", where), result.ErrorMessage ?? "Is refused."));
        }
    }

    private string PlaceOfFirst(SettingLayers layers, string key)
    {
        if (layers.Find(key) is { } found)
            return found.Place;
        return layers.DescendantsOf(key) is [var first, ..] && layers.Find(Join(key, first)) is { } below
            ? below.Place
            : root.PathOf(key);
    }

    /// <summary>What could not be read is an error already, and no element.</summary>
    private static void AddSound(IList items, object? item)
    {
        if (item is not null)
            items.Add(item);
    }

    private static string DefaultOf(SettingProperty property, object? fallback) =>
        fallback is null || property.IsSecret ? "" : $" Default: {SettingText.Write(property.Shape, fallback)}.";

    private static bool IsListOfSections(SettingShape shape) => shape is
        SettingShape.List { Element: SettingShape.Section } or SettingShape.Dictionary { Value: SettingShape.Section };

    private static IList CreateList(SettingShape.List shape) =>
        (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(shape.Element.Type))!;

    private static IDictionary CreateDictionary(SettingShape.Dictionary shape) =>
        (IDictionary)Activator.CreateInstance(
            typeof(Dictionary<,>).MakeGenericType(typeof(string), shape.Value.Type), StringComparer.Ordinal)!;

    /// <summary>
    /// A copy, by the method that the compiler gives each record for <c>with</c>: a default may be an instance that
    /// others share.
    /// </summary>
    private static object Copy(object record) =>
        record.GetType().GetMethod("<Clone>$", BindingFlags.Public | BindingFlags.Instance)?.Invoke(record, null)
        ?? throw new InvalidOperationException($"{record.GetType().Name} is no record.");

    private static string Join(string key, string element) => key.Length == 0 ? element : $"{key}:{element}";
}
