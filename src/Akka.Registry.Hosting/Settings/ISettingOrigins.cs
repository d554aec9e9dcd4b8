namespace Akka.Registry.Hosting.Settings;

/// <summary>
/// A configuration provider that can say where each of its values was written, so that a value that is rejected can be
/// found.
/// </summary>
public interface ISettingOrigins
{
    /// <summary>The place of a value.</summary>
    /// <param name="key">Its key, with <c>:</c> between sections.</param>
    /// <returns>
    /// For example <c>node.conf:3:20</c>, <c>environment variable AKKA_REGISTRY__NODE__NAME</c> or
    /// <c>switch --node.name</c>; null when this provider holds no such value.
    /// </returns>
    string? OriginOf(string key);
}
