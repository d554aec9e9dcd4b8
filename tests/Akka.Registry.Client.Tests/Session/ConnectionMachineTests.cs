using Akka.Registry.Client.Session;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Session;

public class ConnectionMachineTests
{
    private static readonly NodeEndpoint A = new("10.0.0.1", 4053);
    private static readonly NodeEndpoint B = new("10.0.0.2", 4053);
    private static readonly NodeEndpoint C = new("10.0.0.3", 4053);
    private static readonly RegistryClientOptions Options = new() { Nodes = [A.ToString()] };

    [Fact]
    public void Begins_with_a_node_that_it_was_given()
    {
        var machine = new ConnectionMachine(Options, new Random(1));
        machine.Advance(new ConnectionInput.Begin()).ShouldBe(new ConnectionEffect.Connect(1, A));
        (machine.State, machine.Node).ShouldBe((ConnectionState.Connecting, A));
    }

    [Fact]
    public void Moves_to_another_learned_node_within_the_spread_when_a_settled_session_ends()
    {
        var machine = OpenAt(Options, 1, [A, B]);
        machine.Advance(new ConnectionInput.Settled(1));
        var wait = machine.Advance(new ConnectionInput.Ended(1)).ShouldBeOfType<ConnectionEffect.Wait>();
        wait.Delay.ShouldBeInRange(TimeSpan.Zero, Options.MoveSpread);
        machine.Advance(new ConnectionInput.DelayPassed(1)).ShouldBe(new ConnectionEffect.Connect(2, B));
    }

    [Fact]
    public void Tries_each_node_once_before_any_again()
    {
        var machine = OpenAt(Options, 7, [A, B, C]);
        machine.Advance(new ConnectionInput.Settled(1));
        machine.Advance(new ConnectionInput.Ended(1));
        var tried = new List<NodeEndpoint>();
        for (uint attempt = 1; attempt <= 4; attempt++)
        {
            var connect = machine.Advance(new ConnectionInput.DelayPassed(attempt)).ShouldBeOfType<ConnectionEffect.Connect>();
            tried.Add(connect.Node);
            machine.Advance(new ConnectionInput.Failed(connect.Attempt));
        }

        tried.Take(2).ShouldBe([B, C], ignoreOrder: true);  // The two others first: the lost node has had its turn.
        tried.Skip(2).Distinct().Count().ShouldBe(2);
    }

    [Theory]
    [InlineData(1, 25, 50)]
    [InlineData(2, 50, 100)]
    [InlineData(5, 400, 800)]
    [InlineData(8, 2_500, 5_000)]
    [InlineData(60, 2_500, 5_000)]
    public void Failures_in_a_row_double_the_delay_up_to_its_longest(int failures, int atLeastMs, int atMostMs)
    {
        var machine = new ConnectionMachine(Options, new Random(3));
        var effect = machine.Advance(new ConnectionInput.Begin());
        for (var failure = 1; ; failure++)
        {
            effect = machine.Advance(new ConnectionInput.Failed(((ConnectionEffect.Connect)effect).Attempt));
            if (failure == failures)
                break;
            effect = machine.Advance(new ConnectionInput.DelayPassed(machine.Attempt));
        }

        ((ConnectionEffect.Wait)effect).Delay.ShouldBeInRange(TimeSpan.FromMilliseconds(atLeastMs), TimeSpan.FromMilliseconds(atMostMs));
        machine.Failures.ShouldBe(failures);
    }

    [Fact]
    public void A_session_that_ends_before_it_settled_is_a_failure()
    {
        var machine = OpenAt(Options, 1, [A]);
        for (var round = 1; round <= 4; round++)
        {
            machine.Advance(new ConnectionInput.Ended(machine.Attempt));
            machine.Failures.ShouldBe(round);
            machine.Advance(new ConnectionInput.DelayPassed(machine.Attempt));
            machine.Advance(new ConnectionInput.Opened(machine.Attempt, [A]));
        }

        machine.Advance(new ConnectionInput.Settled(machine.Attempt));
        machine.Failures.ShouldBe(0);
    }

    [Fact]
    public void Goes_back_to_the_given_nodes_when_no_learned_one_answers()
    {
        var machine = OpenAt(Options, 1, [B]);
        machine.Advance(new ConnectionInput.Settled(1));
        machine.Advance(new ConnectionInput.Ended(1));
        var tried = new List<NodeEndpoint>();
        for (uint attempt = 1; attempt <= 2; attempt++)
        {
            tried.Add(((ConnectionEffect.Connect)machine.Advance(new ConnectionInput.DelayPassed(attempt))).Node);
            machine.Advance(new ConnectionInput.Failed(attempt + 1));
        }

        tried.ShouldBe([B, A]);     // The session was with A, so B is the first to ask.
    }

    [Fact]
    public void What_belongs_to_a_former_attempt_changes_nothing()
    {
        var machine = OpenAt(Options, 1, [A, B]);
        machine.Advance(new ConnectionInput.Settled(1));
        machine.Advance(new ConnectionInput.Ended(1));
        machine.Advance(new ConnectionInput.DelayPassed(1));
        ConnectionInput[] late =
        [
            new ConnectionInput.Begin(), new ConnectionInput.Opened(1, [C]), new ConnectionInput.Failed(1), new ConnectionInput.Settled(1),
            new ConnectionInput.NodesTold(1, [C]), new ConnectionInput.Ended(1), new ConnectionInput.DelayPassed(1),
        ];
        foreach (var input in late)
            machine.Advance(input).ShouldBe(ConnectionEffect.None.Value);
        (machine.State, machine.Attempt, machine.Node).ShouldBe((ConnectionState.Connecting, 2u, B));
    }

    [Fact]
    public void After_the_stop_nothing_begins()
    {
        var machine = OpenAt(Options, 1, [A, B]);
        machine.Advance(new ConnectionInput.Stop());
        machine.Advance(new ConnectionInput.Ended(1)).ShouldBe(ConnectionEffect.None.Value);
        machine.Advance(new ConnectionInput.Begin()).ShouldBe(ConnectionEffect.None.Value);
        machine.State.ShouldBe(ConnectionState.Stopped);
    }

    [Fact]
    public void A_thousand_clients_of_a_lost_node_spread_over_the_others_and_over_time()
    {
        var perNode = new Dictionary<NodeEndpoint, int>();
        var perTenth = new int[10];
        for (var client = 0; client < 1_000; client++)
        {
            var machine = OpenAt(Options, client, [A, B, C]);
            machine.Advance(new ConnectionInput.Settled(1));
            var wait = (ConnectionEffect.Wait)machine.Advance(new ConnectionInput.Ended(1));
            var connect = (ConnectionEffect.Connect)machine.Advance(new ConnectionInput.DelayPassed(1));
            perNode[connect.Node] = perNode.GetValueOrDefault(connect.Node) + 1;
            perTenth[(int)(wait.Delay / Options.MoveSpread * 10)]++;
        }

        perNode.Keys.ShouldBe([B, C], ignoreOrder: true);
        perNode[B].ShouldBeInRange(450, 550);
        perTenth.ShouldAllBe(clients => clients >= 70 && clients <= 130);
    }

    /// <summary>A machine with a session at A, its first attempt.</summary>
    private static ConnectionMachine OpenAt(RegistryClientOptions options, int seed, IReadOnlyList<NodeEndpoint> nodes)
    {
        var machine = new ConnectionMachine(options, new Random(seed));
        machine.Advance(new ConnectionInput.Begin()).ShouldBe(new ConnectionEffect.Connect(1, A));
        machine.Advance(new ConnectionInput.Opened(1, nodes));
        return machine;
    }
}
