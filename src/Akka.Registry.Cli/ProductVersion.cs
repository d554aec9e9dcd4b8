using System.Reflection;

namespace Akka.Registry.Cli;

/// <summary>This program's version, as nodes say theirs.</summary>
internal static class ProductVersion
{
    /// <summary>As <c>0.1.0</c>: without what the build adds behind a plus sign.</summary>
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
