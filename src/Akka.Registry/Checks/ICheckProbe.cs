namespace Akka.Registry.Checks;

/// <summary>Runs active checks. Any thread.</summary>
public interface ICheckProbe
{
    /// <summary>Runs one check once, within its timeout.</summary>
    /// <param name="check">What is looked at.</param>
    /// <returns>What came of it; never fails.</returns>
    Task<CheckOutcome> RunAsync(CheckDefinition.Active check);
}
