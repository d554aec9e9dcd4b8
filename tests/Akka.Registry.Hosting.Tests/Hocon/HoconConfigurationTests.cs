using Akka.Registry.Hosting.Hocon;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Hocon;

public sealed class HoconConfigurationTests
{
    [Fact]
    public void Objects_become_sections_and_lists_become_indexes()
    {
        var configuration = new ConfigurationBuilder()
            .AddHoconText("akka.registry { cluster { seed-nodes = [\"a:1\", \"b:2\"], name = x }, leases.ttl = 30 s }")
            .Build();

        configuration.AsEnumerable().Where(pair => pair.Value is not null).ShouldBe(
        [
            KeyValuePair.Create("akka:registry:leases:ttl", (string?)"30 s"),
            KeyValuePair.Create("akka:registry:cluster:seed-nodes:1", (string?)"b:2"),
            KeyValuePair.Create("akka:registry:cluster:seed-nodes:0", (string?)"a:1"),
            KeyValuePair.Create("akka:registry:cluster:name", (string?)"x"),
        ],
        ignoreOrder: true);
    }

    [Fact]
    public void An_empty_list_or_object_is_an_empty_string_and_null_is_no_value()
    {
        var provider = Provider("a = [], b = null, c {}");

        provider.TryGet("a", out var list).ShouldBeTrue();
        list.ShouldBe("");
        provider.TryGet("c", out var fields).ShouldBeTrue();
        fields.ShouldBe("");
        provider.TryGet("b", out var none).ShouldBeTrue();
        none.ShouldBeNull();
    }

    [Fact]
    public void Each_value_knows_its_place()
    {
        var provider = Provider("a {\n  b = [1,\n    2]\n}");

        provider.OriginOf("a:b:1").ShouldBe("some.conf:3:5");
        provider.OriginOf("a:B:0").ShouldBe("some.conf:2:8");
        provider.OriginOf("a:c").ShouldBeNull();
    }

    [Theory]
    [InlineData("a = 1\nA = 2", 2, "The key 'A' differs only in case from the one at some.conf:1:5.")]
    [InlineData("\n\"a:b\" = 1", 2, "The key 'a:b' holds a colon, which separates sections in IConfiguration.")]
    public void Keys_that_IConfiguration_cannot_tell_apart_are_errors(string text, int line, string problem)
    {
        var error = Should.Throw<HoconException>(() => Provider(text));

        error.Problem.ShouldBe(problem);
        error.Origin.Line.ShouldBe(line);
    }

    [Fact]
    public void A_missing_file_is_an_error_unless_it_is_optional()
    {
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid() + ".conf");

        new ConfigurationBuilder().AddHoconFile(path, optional: true).Build().AsEnumerable().ShouldBeEmpty();
        Should.Throw<HoconException>(() => new ConfigurationBuilder().AddHoconFile(path).Build())
            .Message.ShouldStartWith($"{path}: There is no such file (looked for '{path}').");
    }

    [Fact]
    public void A_file_is_read_with_its_includes_and_the_environment()
    {
        var directory = Directory.CreateTempSubdirectory("hocon-");
        try
        {
            var path = Path.Combine(directory.FullName, "node.conf");
            File.WriteAllText(path, "include \"common.conf\"\nname = ${NAME}");
            File.WriteAllText(Path.Combine(directory.FullName, "common.conf"), "port = 1");
            var configuration = new ConfigurationBuilder()
                .Add(new HoconConfigurationSource
                {
                    Path = path, EnvironmentVariable = name => name.ToLowerInvariant(),
                })
                .Build();

            configuration["name"].ShouldBe("name");
            configuration["port"].ShouldBe("1");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static HoconConfigurationProvider Provider(string text)
    {
        var provider = new HoconConfigurationProvider(
            new HoconConfigurationSource { Text = text, TextName = "some.conf" });
        provider.Load();
        return provider;
    }
}
