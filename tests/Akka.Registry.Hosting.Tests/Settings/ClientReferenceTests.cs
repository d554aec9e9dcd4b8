using Akka.Registry.Client;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Settings;

/// <summary><c>hocon/client-reference.conf</c> and the options of applications.</summary>
public sealed class ClientReferenceTests
{
    private const string Rewrite = "AKREG_WRITE_REFERENCE";

    private const string Heading =
        "Every setting of an application that is a client of the registry, with its default, written from the doc comments of the code; "
        + "a test keeps the two equal. AddRegistryClient().WithConfiguration(configuration) reads the section client, "
        + "RegisterService(\"orders\", configuration) the section services.orders; from HOCON files, or as nested keys from "
        + "appsettings.json and the environment. A duration is a number with a unit (ms, s, m, h, d), a size in bytes may have one "
        + "(KiB, MiB, GiB). null is \"not set\".";

    private static readonly ReferenceChecks Checks = new ReferenceChecks()
        .Add<RegistryClientOptions>("client")
        .Add<RegistrationOptions>("services:orders");

    private static string FilePath { get; } = Path.Combine(RegistryReferenceTests.Folder, "client-reference.conf");

    [Fact]
    public void The_reference_is_what_the_code_says()
    {
        var expected = Checks.Text(Heading);
        if (Environment.GetEnvironmentVariable(Rewrite) == "1")
            File.WriteAllText(FilePath, expected);

        File.ReadAllText(FilePath).ShouldBe(expected, $"out of date; {Rewrite}=1 writes hocon/client-reference.conf anew");
    }

    [Fact]
    public void Each_key_of_the_reference_is_a_property_with_that_default() =>
        Checks.EachKeyIsAPropertyWithItsDefault(File.ReadAllText(FilePath));

    [Fact]
    public void Each_key_of_the_reference_changes_its_property() => Checks.EachKeyChangesItsProperty().ShouldBeUnique();
}
