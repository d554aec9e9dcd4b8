using Microsoft.Extensions.Configuration;

namespace Akka.Registry.Hosting.Settings;

/// <summary>Binds configuration to options records, strictly.</summary>
/// <remarks>
/// <para>
/// A property <c>SeedNodes</c> has the key <c>seed-nodes</c>; a property whose type is a record is a section. A value
/// comes from the topmost source that has its key; a list comes whole from the topmost source that mentions it, as
/// elements by index or as one string with commas; a dictionary is put together key by key. <c>null</c> means the
/// default, which lives in the record alone.
/// </para>
/// <para>
/// An unknown key, a value that cannot be read, one outside its bounds (the attributes of
/// <c>System.ComponentModel.DataAnnotations</c>) and a broken relation
/// (<see cref="System.ComponentModel.DataAnnotations.IValidatableObject"/>, asked once the values of its record are
/// sound) are errors, and all of them are reported together.
/// </para>
/// </remarks>
/// <param name="configuration">The configuration; places are known where its providers know them.</param>
/// <param name="section">The section that everything lies in, with colons; by default <c>akka:registry</c>.</param>
public sealed class OptionsBinder(IConfiguration configuration, string section = SettingKeys.Root)
{
    private readonly List<OptionsRoot> _roots = [];

    /// <summary>Binds one record.</summary>
    /// <typeparam name="T">A record with <c>init</c> properties and a parameterless constructor.</typeparam>
    /// <param name="configuration">The configuration.</param>
    /// <param name="section">The section's key, with colons; by default <c>akka:registry</c>.</param>
    /// <param name="defaults">What settings override; by default <c>new T()</c>. It is not changed.</param>
    /// <returns>The options and where each setting came from.</returns>
    /// <exception cref="SettingsException">The settings cannot be used; it names every reason.</exception>
    /// <exception cref="InvalidOperationException">A property has a type that settings cannot express.</exception>
    public static BoundOptions<T> Bind<T>(
        IConfiguration configuration, string section = SettingKeys.Root, T? defaults = null)
        where T : class, new()
    {
        var bound = new OptionsBinder(configuration, section).Add("", defaults).Bind();
        return new BoundOptions<T>(bound.Get<T>(), bound.Settings);
    }

    /// <summary>Adds a record to what <see cref="Bind()"/> fills: several rooms' records are bound at once.</summary>
    /// <typeparam name="T">A record with <c>init</c> properties and a parameterless constructor.</typeparam>
    /// <param name="key">
    /// The record's key below the section, with colons; empty: its properties are the section's own keys.
    /// </param>
    /// <param name="defaults">What settings override; by default <c>new T()</c>. It is not changed.</param>
    /// <returns>The same binder.</returns>
    public OptionsBinder Add<T>(string key = "", T? defaults = null)
        where T : class, new()
    {
        _roots.Add(new OptionsRoot(key, SettingShape.OfRecord(typeof(T)), defaults ?? new T()));
        return this;
    }

    /// <summary>Binds everything that was added.</summary>
    /// <returns>The options and where each setting came from.</returns>
    /// <exception cref="SettingsException">The settings cannot be used; it names every reason.</exception>
    public BoundSettings Bind()
    {
        var layers = SettingLayers.Of(configuration, section);
        var binding = new Binding(layers);
        UnknownSettings.Collect(layers, _roots, binding.Errors);
        var options = _roots.ConvertAll(root => binding.BindSection(root.Shape, root.Key, layers, root.Defaults));
        return binding.Errors.Count == 0
            ? new BoundSettings(options, binding.Settings)
            : throw new SettingsException([.. binding.Errors.OrderBy(error => error.Key, StringComparer.Ordinal)]);
    }
}

/// <summary>A record to bind, and its key below the section.</summary>
internal sealed record OptionsRoot(string Key, SettingShape.Section Shape, object Defaults);

/// <summary>Options of several rooms that were bound together.</summary>
public sealed class BoundSettings
{
    private readonly IReadOnlyList<object> _options;

    internal BoundSettings(IReadOnlyList<object> options, IReadOnlyList<EffectiveSetting> settings)
    {
        _options = options;
        Settings = settings;
    }

    /// <summary>Each setting in force, in the order of the records and their properties.</summary>
    public IReadOnlyList<EffectiveSetting> Settings { get; }

    /// <summary>The options of one type.</summary>
    /// <typeparam name="T">A type that was added.</typeparam>
    /// <exception cref="InvalidOperationException">No such type was added.</exception>
    public T Get<T>() => (T)Get(typeof(T));

    internal object Get(Type type) => _options.First(type.IsInstanceOfType);
}

/// <summary>Options that were bound, and what was decided for each setting.</summary>
/// <typeparam name="T">The options record.</typeparam>
/// <param name="Value">The options.</param>
/// <param name="Settings">Each setting in force, in the order of the record's properties.</param>
public sealed record BoundOptions<T>(T Value, IReadOnlyList<EffectiveSetting> Settings);

/// <summary>A setting as it is in force.</summary>
/// <param name="Key">With dots, from the root.</param>
/// <param name="Value">As HOCON would write it; a secret is masked.</param>
/// <param name="Source">Where it was written, or <c>default</c>.</param>
/// <param name="IsDefault">Whether no source sets it.</param>
public sealed record EffectiveSetting(string Key, string Value, string Source, bool IsDefault);
