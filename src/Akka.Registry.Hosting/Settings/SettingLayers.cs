using Akka.Registry.Hosting.Hocon;
using Microsoft.Extensions.Configuration;

namespace Akka.Registry.Hosting.Settings;

/// <summary>One source's settings below a section.</summary>
/// <param name="Name">What the source is called where it does not know a value's place.</param>
/// <param name="Values">By key below the section, with <c>:</c>; without regard to case.</param>
/// <param name="OriginOf">The place of a value, by its whole key.</param>
internal sealed record SettingLayer(
    string Name, IReadOnlyDictionary<string, string?> Values, Func<string, string?> OriginOf)
{
    /// <summary>
    /// Whole keys that a HOCON file holds elsewhere. It may: host settings, values to refer to. But one that would be a
    /// setting if it stood in the section was meant for it.
    /// </summary>
    public IReadOnlyList<string> Outside { get; init; } = [];
}

/// <summary>A value with the place that it was written at.</summary>
internal sealed record PlacedValue(string? Text, string Place);

/// <summary>
/// The sources of a configuration, the one that overrides all others first. Kept apart, since a list is taken whole
/// from one source: <see cref="IConfiguration"/> would mix the elements of two by their index.
/// </summary>
internal sealed class SettingLayers
{
    private readonly string _section;
    private readonly IReadOnlyList<SettingLayer> _layers;

    private SettingLayers(string section, IReadOnlyList<SettingLayer> layers)
    {
        _section = section;
        _layers = layers;
    }

    /// <summary>The sources, topmost first.</summary>
    public IReadOnlyList<SettingLayer> Layers => _layers;

    public static SettingLayers Of(IConfiguration configuration, string section)
    {
        var layers = new List<SettingLayer>();
        Collect(configuration, section, layers);
        return new SettingLayers(section, layers);
    }

    /// <summary>A key from the root of the configuration, with dots.</summary>
    public string PathOf(string key) =>
        SettingKeys.ToPath(key.Length == 0 ? _section : _section.Length == 0 ? key : $"{_section}:{key}");

    /// <summary>The value of a key in the topmost source that has it; null when none has.</summary>
    public PlacedValue? Find(string key)
    {
        foreach (var layer in _layers)
        {
            if (layer.Values.TryGetValue(key, out var text))
                return new PlacedValue(text, PlaceOf(layer, key));
        }

        return null;
    }

    public string PlaceOf(SettingLayer layer, string key) =>
        layer.OriginOf(_section.Length == 0 ? key : $"{_section}:{key}") ?? layer.Name;

    /// <summary>The topmost source alone that has the key or anything below it; null when none has.</summary>
    public SettingLayers? TopmostWith(string key)
    {
        var prefix = key + ":";
        var layer = _layers.FirstOrDefault(
            layer => layer.Values.ContainsKey(key)
                || layer.Values.Keys.Any(other => other.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));
        return layer is null ? null : new SettingLayers(_section, [layer]);
    }

    /// <summary>The distinct next elements of keys below a key, over all sources, the lowest source's first.</summary>
    public IReadOnlyList<string> ChildrenOf(string key)
    {
        var prefix = key + ":";
        return [.. _layers.Reverse()
            .SelectMany(layer => layer.Values.Keys)
            .Where(other => other.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Select(other => other[prefix.Length..])
            .Select(rest => rest.Split(':', 2)[0])
            .Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The whole keys below a key, without it, over all sources, the lowest source's first.</summary>
    public IReadOnlyList<string> DescendantsOf(string key)
    {
        var prefix = key + ":";
        return [.. _layers.Reverse()
            .SelectMany(layer => layer.Values.Keys)
            .Where(other => other.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Select(other => other[prefix.Length..])
            .Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private static void Collect(IConfiguration configuration, string section, List<SettingLayer> layers)
    {
        if (configuration is not IConfigurationRoot root)
        {
            var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            foreach (var (key, value) in configuration.AsEnumerable())
            {
                if (value is not null)
                    Add(key, value, section, values);
            }

            layers.Add(new SettingLayer("configuration", values, _ => null));
            return;
        }

        foreach (var provider in root.Providers.Reverse())
        {
            if (provider is ChainedConfigurationProvider chained)
            {
                Collect(chained.Configuration, section, layers);
                continue;
            }

            var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            Walk(provider, section.Length == 0 ? null : section, section, values);
            var origins = provider as ISettingOrigins;
            layers.Add(new SettingLayer(
                provider.ToString() ?? provider.GetType().Name, values, key => origins?.OriginOf(key))
            {
                Outside = provider is HoconConfigurationProvider ? KeysOutside(provider, section) : [],
            });
        }
    }

    private static void Walk(
        IConfigurationProvider provider, string? path, string section, Dictionary<string, string?> values)
    {
        if (path is not null && provider.TryGet(path, out var value))
            Add(path, value, section, values);
        foreach (var child in provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase))
            Walk(provider, path is null ? child : $"{path}:{child}", section, values);
    }

    private static List<string> KeysOutside(IConfigurationProvider provider, string section)
    {
        if (section.Length == 0)
            return [];
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Walk(provider, path: null, section: "", all);
        return [.. all.Keys.Where(key => !$"{key}:".StartsWith(section + ":", StringComparison.OrdinalIgnoreCase))];
    }

    private static void Add(string key, string? value, string section, Dictionary<string, string?> values)
    {
        if (section.Length == 0)
            values[key] = value;
        else if (key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase))
            values[key[(section.Length + 1)..]] = value;
        else if (key.Equals(section, StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(value))
            values[""] = value;
    }
}
