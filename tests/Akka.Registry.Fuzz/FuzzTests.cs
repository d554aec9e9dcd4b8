using Shouldly;
using Xunit;

namespace Akka.Registry.Fuzz;

/// <summary>
/// The ordinary run: what once went wrong, and a few thousand inputs a decoder from a fixed seed. <c>tests/run.sh --fuzz MINUTES</c> goes on from
/// there.
/// </summary>
public sealed class FuzzTests
{
    private const int Seed = 20_250_101;
    private const int Inputs = 4_000;

    public static TheoryData<string> Targets() => new(FuzzTargets.Names);

    [Theory]
    [MemberData(nameof(Targets))]
    public void No_input_breaks_a_decoder(string name)
    {
        var target = FuzzTargets.All().Single(target => target.Name == name);
        var run = new FuzzRun(target, Seed);
        run.RunCorpus();
        run.RunRandom((int)(Inputs * target.Share));
        run.Failures.Take(3).ShouldBeEmpty(string.Join('\n', run.Failures.Take(3)));
        // The inputs reach behind the front door.
        run.Accepted.ShouldBeGreaterThan(Inputs / 100);
        run.Shapes.ShouldBeGreaterThan(3);
    }

    [Fact]
    public void The_corpus_belongs_to_decoders() => Corpus.Names.Except(FuzzTargets.Names).ShouldBeEmpty();
}
