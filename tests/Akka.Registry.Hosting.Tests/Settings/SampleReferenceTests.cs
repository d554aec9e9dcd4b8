using Akka.Registry.Hosting.Settings;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Settings;

/// <summary>The machinery of the reference file, on records with a property of each kind.</summary>
public sealed class SampleReferenceTests
{
    private static readonly ReferenceChecks Checks =
        new ReferenceChecks().Add<SampleOptions>().Add<SampleRuleOptions>("http");

    [Fact]
    public void The_text_holds_each_key_with_its_comment_bounds_and_default()
    {
        var text = Checks.Text("All settings.");

        text.ShouldStartWith("""
            # All settings.

            akka.registry {
              # Who this is.
              node {
                # The name of the node, in lower case.
                # Shown in mode and logs; a longer one costs name bytes a frame.
                # Allowed: not empty, lower-case letters, digits and hyphens.
                name = "node"

                # Whether it is there.
                enabled = true

                # How it writes.
                # Allowed: one of none, full-sync.
                mode = none

            """);
        text.ShouldContain("""
                rules = []
                # Each element:
                # {
                #   # Of service names.
                #   prefix = ""
            """);
        text.ShouldContain("""

              # # Optional as a whole.
              # tls {
              #   # In PEM.
              #   certificate-file = ""
              # }
            """);
        text.ShouldEndWith("}\n");
        text.Split('\n').ShouldAllBe(line => line.Length <= 120);
    }

    [Fact]
    public void Each_key_of_the_text_is_a_property_with_that_default()
    {
        var text = Checks.Text("");

        Checks.EachKeyIsAPropertyWithItsDefault(text);
        Should.Throw<ShouldAssertException>(
            () => Checks.EachKeyIsAPropertyWithItsDefault(text.Replace("port = 4053", "port = 4054")));
        Should.Throw<ShouldAssertException>(
            () => Checks.EachKeyIsAPropertyWithItsDefault(text.Replace("    port = 4053\n", "")));
        Should.Throw<SettingsException>(
            () => Checks.EachKeyIsAPropertyWithItsDefault(text.Replace("port = 4053", "prt = 4053")));
    }

    [Fact]
    public void Each_key_changes_its_property() => Checks.EachKeyChangesItsProperty().Count.ShouldBe(22);
}
