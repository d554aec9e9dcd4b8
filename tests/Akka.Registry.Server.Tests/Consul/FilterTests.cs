using Akka.Registry.Server.Consul.Catalog;
using Akka.Registry.Server.Consul.Filters;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Consul;

/// <summary>Filters: how they are read, what they take, and what they say when they cannot be.</summary>
public sealed class FilterTests
{
    private static readonly Filterable Thing = new(member => member switch
    {
        "ServiceName" => new FilterValue.Text("web"),
        "ServicePort" => new FilterValue.Number(8080),
        "ServiceEnableTagOverride" => new FilterValue.Flag(false),
        "ServiceTags" => new FilterValue.Texts(["v1", "primary"]),
        "ServiceMeta" => new FilterValue.Pairs(new Dictionary<string, string> { ["env"] = "prod", ["a-b"] = "c d", ["ver"] = "1.0" }),
        "NodeMeta" => new FilterValue.Pairs(new Dictionary<string, string>()),
        "Service" => new FilterValue.Thing(new Filterable(inner => inner == "Tags" ? new FilterValue.Texts([]) : null)),
        "Checks" => new FilterValue.Things([CheckOf("a", HealthState.Passing), CheckOf("b", HealthState.Critical)]),
        _ => null,
    });

    [Theory]
    [InlineData("ServiceName == web", true)]
    [InlineData("ServiceName == \"web\"", true)]
    [InlineData("ServiceName == `web`", true)]
    [InlineData("ServiceName==web", true)]
    [InlineData("ServiceName != web", false)]
    [InlineData("ServicePort == 8080", true)]
    [InlineData("ServicePort != 80", true)]
    [InlineData("ServiceEnableTagOverride == false", true)]
    [InlineData("ServiceMeta.env == prod", true)]
    [InlineData("ServiceMeta[\"env\"] == \"prod\"", true)]
    [InlineData("ServiceMeta[\"a-b\"] == \"c d\"", true)]
    [InlineData("ServiceMeta.ver == 1.0", true)]
    [InlineData("ServiceMeta.none == x", false)]
    [InlineData("ServiceMeta.none != x", true)] // A missing key compares unequal.
    [InlineData("ServiceMeta.none is empty", true)]
    [InlineData("ServiceMeta.env is not empty", true)]
    [InlineData("v1 in ServiceTags", true)]
    [InlineData("\"v1\" in ServiceTags", true)]
    [InlineData("v9 in ServiceTags", false)]
    [InlineData("v9 not in ServiceTags", true)]
    [InlineData("ServiceTags contains primary", true)]
    [InlineData("ServiceTags not contains primary", false)]
    [InlineData("env in ServiceMeta", true)]
    [InlineData("ServiceMeta contains nope", false)]
    [InlineData("Service.Tags is empty", true)]
    [InlineData("ServiceTags is empty", false)]
    [InlineData("NodeMeta is empty", true)]
    [InlineData("ServiceName matches \"^w.b$\"", true)]
    [InlineData("ServiceName matches `e`", true)]
    [InlineData("ServiceName not matches `^x`", true)]
    [InlineData("ServiceTags matches `^prim`", true)]
    [InlineData("Checks.Status == critical", true)] // One of a list is enough,
    [InlineData("Checks.Status != critical", true)] // for the opposite too.
    [InlineData("not Checks.Status == warning", true)]
    [InlineData("Checks is not empty", true)]
    [InlineData("ServiceName == web and ServicePort == 1", false)]
    [InlineData("ServiceName == web and ServicePort == 1 or ServiceName == web", true)] // And binds closer than or,
    [InlineData("ServiceName == x and (ServicePort == 1 or ServiceName == web)", false)] // but for parentheses.
    [InlineData("not ServiceName == x and ServicePort == 8080", true)]
    [InlineData("not (ServiceName == web and ServicePort == 8080)", false)]
    [InlineData("not not ServiceName == web", true)]
    public void Holds(string filter, bool expected)
    {
        var expression = FilterParser.Parse(filter);
        expression.Check(Thing);
        expression.Holds(Thing).ShouldBe(expected);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("ServiceName", 12)]
    [InlineData("ServiceName = web", 13)]
    [InlineData("ServiceName == ", 16)]
    [InlineData("ServiceName == \"web", 16)]
    [InlineData("ServiceName == web ServicePort == 1", 20)]
    [InlineData("(ServiceName == web", 20)]
    [InlineData("ServiceName is full", 16)]
    [InlineData("ServiceName < web", 13)]
    [InlineData("ServiceName == web AND ServicePort == 1", 20)] // Keywords are in lower case.
    [InlineData("ServiceName matches `(?=look)`", 21)] // As RE2: no look-around.
    [InlineData("ServiceName matches `(`", 21)]
    [InlineData("\"web\" == ServiceName", 1)]
    [InlineData("ServiceMeta[env] == x", 13)]
    [InlineData("ServiceName == \"\\q\"", 17)]
    public void An_expression_that_is_none_says_where(string filter, int position) =>
        Should.Throw<FilterException>(() => FilterParser.Parse(filter)).Message.ShouldEndWith($" at position {position}");

    [Theory]
    [InlineData("Nope == 1", "Selector \"Nope\" is not valid: there is no \"Nope\" at position 1")]
    [InlineData("ServiceName == web or Checks.Nope == 1", "Selector \"Checks.Nope\" is not valid: there is no \"Nope\" at position 23")]
    [InlineData("ServicePort == http", "'http' is no whole number, as 'ServicePort' is at position 1")]
    [InlineData("ServiceTags == x", "'ServiceTags' cannot be compared with a value at position 1")]
    [InlineData("ServicePort is empty", "'ServicePort' cannot be empty at position 1")]
    [InlineData("ServicePort matches 8", "'ServicePort' cannot be matched at position 1")]
    public void A_selector_that_is_wrong_is_found_whatever_else_holds(string filter, string message) =>
        Should.Throw<FilterException>(() => FilterParser.Parse(filter).Check(Thing)).Message.ShouldBe(message);

    [Fact]
    public void Depth_length_and_number_are_limited()
    {
        Should.Throw<FilterException>(() => FilterParser.Parse(new string('(', 2_000) + "A == 1"));
        Should.Throw<FilterException>(() => FilterParser.Parse(string.Concat(Enumerable.Repeat("not ", 1_000)) + "A == 1"));
        Should.Throw<FilterException>(() => FilterParser.Parse(new string('a', FilterParser.LengthMax + 1)));
        Should.Throw<FilterException>(() => FilterParser.Parse(string.Join(" or ", Enumerable.Repeat("A == 1", FilterParser.MatchesMax + 1))));
        var patterns = string.Join(" or ", Enumerable.Repeat("Node matches \"^w\"", FilterParser.PatternsMax));
        FilterParser.Parse(patterns);
        Should.Throw<FilterException>(() => FilterParser.Parse($"{patterns} or Node matches \"^w\"")).Message.ShouldContain("more than 8 patterns");
        FilterParser.Parse(new string('(', 60) + "A == 1" + new string(')', 60)).ShouldNotBeNull();
    }

    [Fact]
    public void A_pattern_that_would_explode_does_not() =>
        FilterParser.Parse("ServiceName matches `^(a+)+$`").Holds(new Filterable(_ => new FilterValue.Text(new string('a', 5_000) + "b")))
            .ShouldBeFalse();

    /// <summary>Whatever comes, it is read or refused with a position within it; nothing else is thrown.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_text_is_read_or_refused(int seed)
    {
        string[] pieces =
        [
            "ServiceName", "ServiceTags", "ServiceMeta", "Checks", ".", "[", "]", "(", ")", "==", "!=", " ", " in ", " not ", " is ", "empty",
            " contains ", " matches ", " and ", " or ", "\"x\"", "`y`", "\"", "`", "\\", "web", "8080", "-", "é", "\u0000", "\ud800", "=", "!",
        ];
        var random = new Random(seed);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            try
            {
                var expression = FilterParser.Parse(text);
                expression.Check(Thing);
                expression.Holds(Thing);
                read++;
            }
            catch (FilterException e)
            {
                e.Position.ShouldBeInRange(0, text.Length, $"seed {seed}, text {i}: {text}");
                refused++;
            }
        }

        read.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    private static CatalogCheck CheckOf(string id, HealthState state) => new() { Node = "n", CheckId = id, Name = id, Status = state };
}
