using System.Diagnostics;

namespace Akka.Registry.Hosting.Settings;

/// <summary>
/// Finds keys that no property receives: a setting that is silently ignored is worse than a start that fails.
/// </summary>
internal static class UnknownSettings
{
    /// <summary>A key that differs by more than this share of its length is no misspelling.</summary>
    private const double DistanceShareMax = 0.4;

    public static void Collect(SettingLayers layers, IReadOnlyList<OptionsRoot> roots, List<SettingsError> errors)
    {
        var known = new List<string>();
        foreach (var root in roots)
            List(root.Shape, root.Key.Length == 0 ? "" : root.Key + ":", known);

        foreach (var layer in layers.Layers)
        {
            foreach (var (key, value) in layer.Values)
            {
                if (Judge(roots, key, value, layers, known) is { } problem)
                    errors.Add(new SettingsError(layers.PathOf(key), layers.PlaceOf(layer, key), problem));
            }

            foreach (var key in layer.Outside)
            {
                if (Judge(roots, key, "a value", layers, known) is null)
                {
                    errors.Add(new SettingsError(
                        SettingKeys.ToPath(key), layer.OriginOf(key) ?? layer.Name,
                        $"Nothing reads it there. Write it as {layers.PathOf(key)}."));
                }
            }
        }
    }

    private static string? Judge(
        IReadOnlyList<OptionsRoot> roots, string key, string? value, SettingLayers layers, List<string> known)
    {
        foreach (var root in roots.Where(root => root.Key.Length > 0))
        {
            if (key.Equals(root.Key, StringComparison.OrdinalIgnoreCase))
                return Judge(root.Shape, "", "", value, layers, known);
            if (key.StartsWith(root.Key + ":", StringComparison.OrdinalIgnoreCase))
                return Judge(root.Shape, root.Key + ":", key[(root.Key.Length + 1)..], value, layers, known);
        }

        return roots.FirstOrDefault(root => root.Key.Length == 0) is { } whole
            ? Judge(whole.Shape, "", key, value, layers, known)
            : Suggest(key, layers, known);
    }

    /// <summary>What is wrong with a key; null when a property receives it.</summary>
    private static string? Judge(
        SettingShape shape, string prefix, string key, string? value, SettingLayers layers, List<string> known)
    {
        var segments = key.Split(':', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < segments.Length; i++)
        {
            switch (shape)
            {
                case SettingShape.Section section when section.Find(segments[i]) is { } property:
                    shape = property.Shape;
                    break;
                case SettingShape.List list when int.TryParse(segments[i], out _):
                    shape = list.Element;
                    break;
                case SettingShape.Dictionary { Value: SettingShape.Scalar }:
                    return null;
                case SettingShape.Dictionary dictionary:
                    shape = dictionary.Value;
                    break;
                case SettingShape.Scalar:
                    return "Is below a setting that is a single value. Remove the last part of the key.";
                case SettingShape.List:
                    return "Is below a setting that is a list. Write it in square brackets.";
                case SettingShape.Section section:
                    var here = new List<string>(known);
                    List(section, prefix + string.Concat(segments.Take(i).Select(segment => segment + ":")), here);
                    return Suggest(prefix + key, layers, here);
                default:
                    throw new UnreachableException($"No rule for {shape.GetType().Name}.");
            }
        }

        return shape is SettingShape.Section && !string.IsNullOrEmpty(value)
            ? "Is a section, not a single value. Write its keys in braces."
            : null;
    }

    private static string Suggest(string key, SettingLayers layers, List<string> known)
    {
        const string unknown = "There is no such setting.";
        var nearest = known.MinBy(candidate => Distance(key, candidate));
        return nearest is not null && Distance(key, nearest) <= Math.Max(2, key.Length * DistanceShareMax)
            ? $"{unknown} The nearest is {layers.PathOf(nearest)}."
            : $"{unknown} All of them are in reference.conf.";
    }

    /// <summary>
    /// How far a key is from a known one: letters to change; a key that ends alike but stands in another section is
    /// near too, since that is the other usual mistake.
    /// </summary>
    private static double Distance(string key, string candidate)
    {
        var leaf = key[(key.LastIndexOf(':') + 1)..];
        var candidateLeaf = candidate[(candidate.LastIndexOf(':') + 1)..];
        var whole = (double)Levenshtein(key, candidate);
        return leaf.Equals(candidateLeaf, StringComparison.OrdinalIgnoreCase) ? Math.Min(whole, 1.5) : whole;
    }

    /// <summary>Insertions, deletions and substitutions from one to the other (Wagner and Fischer, 1974).</summary>
    private static int Levenshtein(string from, string to)
    {
        var previous = Enumerable.Range(0, to.Length + 1).ToArray();
        foreach (var (i, c) in from.Index())
        {
            var current = new int[to.Length + 1];
            current[0] = i + 1;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = previous[j - 1] + (char.ToLowerInvariant(c) == to[j - 1] ? 0 : 1);
                current[j] = Math.Min(replaced, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[^1];
    }

    private static void List(SettingShape.Section section, string prefix, List<string> known)
    {
        foreach (var property in section.Properties)
        {
            var key = prefix + property.Key;
            known.Add(key);
            if (property.Shape is SettingShape.Section child)
                List(child, key + ":", known);
        }
    }
}
