using Akka.Registry.Client.Registrar;
using Akka.Registry.Contracts;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Registrar;

public class RegistrationBookTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_000_000);
    private static readonly RegistryClientOptions Options = new() { InstancesMax = 2_000, SignInterval = TimeSpan.FromSeconds(10) };

    private readonly RegistrationBook _book = new(Options);
    private readonly Owner _owner = new();

    [Fact]
    public void Epochs_come_from_the_clock_and_grow_even_when_it_stands()
    {
        Add("a").Epoch.ShouldBe(1_000_000ul);
        Add("b").Epoch.ShouldBe(1_000_001ul);
        Add("a").Epoch.ShouldBe(1_000_002ul);
    }

    [Fact]
    public void Sends_nothing_without_a_session_and_everything_with_one()
    {
        Add("a");
        Add("b");
        _book.Due().ShouldBeEmpty();
        _book.Opened();
        var request = RegisterOf(_book.Due().ShouldHaveSingleItem());
        request.Registrations.Select(registration => registration.Instance).ShouldBe(["a", "b"]);
        _book.Due().ShouldBeEmpty();
    }

    [Fact]
    public void Many_instances_go_in_frames_far_below_the_limits_of_a_node()
    {
        for (var i = 0; i < 1_200; i++)
            Add($"i-{i}");
        _book.Opened();
        _book.Due().Select(frame => RegisterOf(frame).Registrations.Count).ShouldBe([500, 500, 200]);
    }

    [Fact]
    public void Is_registered_when_a_node_took_it_and_beats_with_its_lease()
    {
        var instance = Registered("a", lease: 77, ttl: TimeSpan.FromSeconds(9));
        instance.State.ShouldBe(RegistrationState.Registered);
        instance.WaitAsync().IsCompletedSuccessfully.ShouldBeTrue();
        _book.SignInterval.ShouldBe(TimeSpan.FromSeconds(3));
        BeatsOf(_book.Signs().ShouldHaveSingleItem()).ShouldBe([77ul]);
    }

    [Fact]
    public void A_sign_of_life_without_a_lease_is_an_empty_frame()
    {
        _book.Opened();
        _book.SignInterval.ShouldBe(Options.SignInterval);
        BeatsOf(_book.Signs().ShouldHaveSingleItem()).ShouldBeEmpty();
    }

    [Fact]
    public void Moves_to_the_next_session_under_its_epoch_and_with_its_status()
    {
        var instance = Registered("a", lease: 77);
        _book.Report(instance, InstanceStatus.Warning);
        _book.Lost();
        instance.State.ShouldBe(RegistrationState.Pending);
        BeatsOf(_book.Signs().ShouldHaveSingleItem()).ShouldBeEmpty();
        _book.Opened();
        var registration = RegisterOf(_book.Due().ShouldHaveSingleItem()).Registrations.ShouldHaveSingleItem();
        (registration.Epoch, registration.Value.Reported).ShouldBe((instance.Epoch, WireInstanceStatus.Warning));
    }

    [Fact]
    public void A_status_that_changes_while_a_registration_is_on_its_way_is_sent_after_the_answer()
    {
        var instance = Add("a");
        _book.Opened();
        var request = RegisterOf(_book.Due().ShouldHaveSingleItem());
        _book.Report(instance, InstanceStatus.Warning);
        _book.Due().ShouldBeEmpty();
        Answer(request, new WireRegisterResult { Lease = 1, TtlMs = 30_000 }).ShouldBeEmpty();
        RegisterOf(_book.Due().ShouldHaveSingleItem()).Registrations[0].Value.Reported.ShouldBe(WireInstanceStatus.Warning);
    }

    [Fact]
    public void What_a_node_cannot_take_now_is_due_with_the_next_sign_of_life()
    {
        var instance = Add("a");
        _book.Opened();
        Answer(RegisterOf(_book.Due().Single()), new WireRegisterResult { Error = WireSessionError.LimitReached }).ShouldBeEmpty();
        instance.State.ShouldBe(RegistrationState.Pending);
        _book.Due().ShouldBeEmpty();
        _book.Signs();
        RegisterOf(_book.Due().ShouldHaveSingleItem()).Registrations.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_refused_for_good_is_told_and_not_sent_again()
    {
        var instance = Add("a");
        _book.Opened();
        Answer(RegisterOf(_book.Due().Single()), new WireRegisterResult { Error = WireSessionError.Invalid, Message = "'port' is 0." })
            .ShouldBe([(instance, "'port' is 0.")]);
        (await Should.ThrowAsync<RegistryRefusedException>(instance.WaitAsync())).Refusal.ShouldBe(RegistryRefusal.Invalid);
        instance.State.ShouldBe(RegistrationState.Refused);
        _book.Opened();
        _book.Due().ShouldBeEmpty();
    }

    [Fact]
    public void A_beat_that_nobody_knows_registers_again_and_a_superseded_one_does_not()
    {
        var unknown = Registered("a", lease: 1);
        var superseded = Registered("b", lease: 2);
        var refused = _book.OnBeatResults(new SessionBeatResults
        {
            Refused =
            {
                new WireRefusedBeat { Lease = 1, Error = WireSessionError.NotFound },
                new WireRefusedBeat { Lease = 2, Error = WireSessionError.StaleEpoch },
                new WireRefusedBeat { Lease = 3, Error = WireSessionError.NotFound },
            },
        });
        refused.Select(refusal => refusal.Instance).ShouldBe([superseded]);
        (unknown.State, superseded.State).ShouldBe((RegistrationState.Pending, RegistrationState.Refused));
        RegisterOf(_book.Due().ShouldHaveSingleItem()).Registrations.Single().Instance.ShouldBe("a");
        BeatsOf(_book.Signs().Single()).ShouldBeEmpty();
    }

    [Fact]
    public void An_instance_that_ends_beats_no_more_and_is_deregistered_at_the_next_node_if_need_be()
    {
        var instance = Registered("a", lease: 1);
        _book.End(instance);
        BeatsOf(_book.Signs().Single()).ShouldBeEmpty();
        CommandOf(_book.Due().ShouldHaveSingleItem()).Epoch.ShouldBe(instance.Epoch);
        _book.Lost();
        _book.Opened();
        var command = CommandOf(_book.Due().ShouldHaveSingleItem());
        command.Action.ShouldBe(WireInstanceAction.Deregister);
        _book.OnCommandResult(new InstanceCommandResult { Request = command.Request }).ShouldBeTrue();
        instance.State.ShouldBe(RegistrationState.Ended);
        _book.Instances.ShouldBeEmpty();
    }

    [Fact]
    public void A_second_registration_of_an_instance_ends_the_first()
    {
        var first = Registered("a", lease: 1);
        var second = Add("a");
        first.State.ShouldBe(RegistrationState.Ended);
        _book.Instances.ShouldBe([second]);
        RegisterOf(_book.Due().ShouldHaveSingleItem()).Registrations.Single().Epoch.ShouldBe(second.Epoch);
    }

    [Fact]
    public void A_late_answer_of_a_former_session_changes_nothing()
    {
        var instance = Add("a");
        _book.Opened();
        var former = RegisterOf(_book.Due().Single());
        _book.Lost();
        _book.Opened();
        Answer(former, new WireRegisterResult { Lease = 9, TtlMs = 30_000 }).ShouldBeEmpty();
        (instance.State, instance.Lease).ShouldBe((RegistrationState.Pending, 0ul));
    }

    [Fact]
    public void Keeps_as_many_as_it_may_and_no_more()
    {
        for (var i = 0; i < Options.InstancesMax; i++)
            Add($"i-{i}");
        Should.Throw<RegistryRefusedException>(() => Add("one-more")).Refusal.ShouldBe(RegistryRefusal.LimitReached);
    }

    [Fact]
    public void The_sign_interval_is_a_third_of_the_shortest_ttl_that_is_held()
    {
        var first = Registered("a", lease: 1, ttl: TimeSpan.FromSeconds(9));
        var second = Registered("b", lease: 2, ttl: TimeSpan.FromSeconds(3));
        Registered("c", lease: 3, ttl: TimeSpan.FromSeconds(3));
        _book.SignInterval.ShouldBe(TimeSpan.FromSeconds(1));
        _book.End(second);
        _book.SignInterval.ShouldBe(TimeSpan.FromSeconds(1));
        _book.OnBeatResults(new SessionBeatResults { Refused = { new WireRefusedBeat { Lease = 3, Error = WireSessionError.NotFound } } });
        _book.SignInterval.ShouldBe(TimeSpan.FromSeconds(3));
        _book.End(first);
        _book.SignInterval.ShouldBe(Options.SignInterval);
    }

    [Fact]
    public void A_sign_of_life_of_thousands_of_leases_allocates_nothing_until_one_changes()
    {
        const int leases = 2_000;
        for (var i = 0; i < leases; i++)
            Add($"i-{i}");
        _book.Opened();
        ulong lease = 0;
        foreach (var frame in _book.Due())
        {
            var request = RegisterOf(frame);
            Answer(request, [.. request.Registrations.Select(_ => new WireRegisterResult { Lease = ++lease, TtlMs = 3_000 })]);
        }

        BeatsOf(_book.Signs().ShouldHaveSingleItem()).Order().ShouldBe(Enumerable.Range(1, leases).Select(i => (ulong)i));
        Allocated.By(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                _book.Signs();
                _book.Due();
            }
        }).ShouldBe(0);
        _book.End(_book.Instances.First());
        BeatsOf(_book.Signs().ShouldHaveSingleItem()).Length.ShouldBe(leases - 1);
    }

    private RegisteredInstance Add(string id) =>
        _book.Add(_owner, new ServiceRegistration { Service = "orders", Id = id, Address = "10.0.0.1" }, Now);

    private RegisteredInstance Registered(string id, ulong lease, TimeSpan? ttl = null)
    {
        var instance = Add(id);
        if (_book.Instances.Count == 1)
            _book.Opened();
        var result = new WireRegisterResult { Lease = lease, TtlMs = (ulong)(ttl ?? TimeSpan.FromSeconds(30)).TotalMilliseconds };
        Answer(RegisterOf(_book.Due().Single()), result).ShouldBeEmpty();
        return instance;
    }

    private List<(RegisteredInstance Instance, string Reason)> Answer(RegisterInstances request, params WireRegisterResult[] results) =>
        _book.OnResults(new RegisterResults { Request = request.Request, Results = { results } });

    private static RegisterInstances RegisterOf(Frame frame) => frame.Read(RegisterInstances.Parser);

    private static InstanceCommand CommandOf(Frame frame) => frame.Read(InstanceCommand.Parser);

    private static ulong[] BeatsOf(Frame frame) => [.. frame.Read(SessionBeats.Parser).Leases];

    private sealed class Owner : IRegistrationOwner
    {
        public void Report(RegisteredInstance instance, InstanceStatus status) => throw new NotSupportedException();

        public Task<DrainOutcome> DrainAsync(RegisteredInstance instance, TimeSpan deadline) => throw new NotSupportedException();

        public void Deregister(RegisteredInstance instance) => throw new NotSupportedException();
    }
}
