namespace Akka.Registry.Fuzz;

/// <summary>A node for many inputs, and then another: what they leave in it is bounded.</summary>
/// <param name="settles">How often it is looked at before its end.</param>
internal sealed class NodeLife(int settles)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private LoneNode? _lone;
    private int _settled;

    /// <summary>The node that lives now.</summary>
    public RegistryNode Node => (_lone ??= LoneNode.Start()).Node;

    /// <summary>Sees to it that all actors have had their turn, that none has failed, and that the node still answers.</summary>
    /// <exception cref="FuzzFinding">One has failed.</exception>
    public void Settle()
    {
        if (_lone is not { } lone)
            return;
        try
        {
            var still = new Registration { Service = "still", Id = "there", Address = "10.0.0.1" };
            lone.Node.Registry.RegisterAsync(still, WriteOptions.Default).WaitAsync(Patience).GetAwaiter().GetResult();
        }
        catch (RegistryException refusal) when (refusal.Error == RegistryError.NotReady)
        {
            // A peer may say that this node was away too long: it then takes no writes until it hears the whole again.
        }

        var errors = lone.Errors;
        if (errors.Count == 0 && ++_settled < settles)
            return;
        lone.DisposeAsync().AsTask().WaitAsync(Patience).GetAwaiter().GetResult();
        (_lone, _settled) = (null, 0);
        if (errors.Count > 0)
            throw new FuzzFinding($"the node logged {errors.Count} errors; the first: {errors.First()}");
    }
}
