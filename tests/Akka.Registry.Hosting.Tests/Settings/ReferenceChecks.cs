using Akka.Registry.Hosting.Hocon;
using Akka.Registry.Hosting.Settings;
using Microsoft.Extensions.Configuration;
using Shouldly;

namespace Akka.Registry.Hosting.Tests.Settings;

/// <summary>What has to hold between options records and the file that documents them.</summary>
internal sealed class ReferenceChecks
{
    private readonly List<OptionsRoot> _roots = [];
    private readonly List<Action<OptionsBinder>> _additions = [];

    public ReferenceChecks Add<T>(string key = "")
        where T : class, new()
    {
        _roots.Add(new OptionsRoot(key, SettingShape.OfRecord(typeof(T)), new T()));
        _additions.Add(binder => binder.Add<T>(key));
        return this;
    }

    public string Text(string heading) => ReferenceText.Write(heading, SettingKeys.ToPath(SettingKeys.Root), _roots);

    /// <summary>Each key of the text is a property with that default; each property is a key of the text.</summary>
    public void EachKeyIsAPropertyWithItsDefault(string text)
    {
        var defaults = Bind("").Settings;
        var documented = Bind(text).Settings;

        documented.Select(setting => $"{setting.Key} = {setting.Value}").ShouldBe(
            defaults.Select(setting => $"{setting.Key} = {setting.Value}"));
        var provider = new HoconConfigurationProvider(new HoconConfigurationSource { Text = text });
        provider.Load();
        defaults.ShouldAllBe(setting => IsMentioned(provider, SettingKeys.ToConfiguration(setting.Key)));
    }

    /// <summary>Sets each key alone to something else than its default; its property changes, and no other.</summary>
    public IReadOnlyList<string> EachKeyChangesItsProperty()
    {
        var changed = new List<string>();
        foreach (var root in _roots)
        {
            var prefix = root.Key.Length == 0 ? SettingKeys.Root : $"{SettingKeys.Root}:{root.Key}";
            Change(root.Shape, root.Defaults, prefix, changed);
        }

        return changed;
    }

    private void Change(SettingShape.Section section, object defaults, string prefix, List<string> changed)
    {
        foreach (var property in section.Properties)
        {
            var key = $"{prefix}:{property.Key}";
            var value = property.Property.GetValue(defaults);
            if (property.Shape is SettingShape.Section child)
            {
                Change(child, value ?? Activator.CreateInstance(child.Type)!, key, changed);
                continue;
            }

            var path = SettingKeys.ToPath(key);
            var before = SettingText.Write(property.Shape, value);
            OtherValues.Of(property.Shape, value).Any(other => Changes(path, other, property, before))
                .ShouldBeTrue($"{path} (default {before}): no other value was accepted and seen in its property.");
            changed.Add(path);
        }
    }

    private bool Changes(string path, string other, SettingProperty property, string before)
    {
        BoundSettings bound;
        try
        {
            bound = Bind($"{path} = {other}");
        }
        catch (SettingsException)
        {
            return false;
        }

        bound.Settings.Where(setting => !setting.IsDefault)
            .ShouldAllBe(setting => $"{setting.Key}.".StartsWith(path + ".", StringComparison.Ordinal));
        return SettingText.Write(property.Shape, ValueAt(bound, path)) != before;
    }

    /// <summary>Follows a path through the records themselves, not through what the binder says of them.</summary>
    private object? ValueAt(BoundSettings bound, string path)
    {
        var below = SettingKeys.ToConfiguration(path)[(SettingKeys.Root.Length + 1)..];
        var root = _roots
            .Where(root => root.Key.Length == 0 || below.StartsWith(root.Key + ":", StringComparison.Ordinal))
            .MaxBy(root => root.Key.Length)!;
        var segments = below[(root.Key.Length == 0 ? 0 : root.Key.Length + 1)..].Split(':');
        var shape = root.Shape;
        var value = bound.Get(root.Shape.Type);
        foreach (var segment in segments)
        {
            var property = shape.Find(segment)!;
            value = property.Property.GetValue(value);
            shape = property.Shape as SettingShape.Section ?? shape;
        }

        return value;
    }

    /// <summary>Binds all records from one source.</summary>
    public BoundSettings Bind(HoconConfigurationSource source)
    {
        var binder = new OptionsBinder(new ConfigurationBuilder().Add(source).Build());
        _additions.ForEach(add => add(binder));
        return binder.Bind();
    }

    private BoundSettings Bind(string text) => Bind(new HoconConfigurationSource { Text = text });

    private static bool IsMentioned(HoconConfigurationProvider provider, string key) =>
        provider.TryGet(key, out _) || provider.GetChildKeys([], key).Any();
}
