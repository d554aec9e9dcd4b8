namespace Orders;

/// <summary>What a caller gets.</summary>
/// <param name="Id">The order's number.</param>
/// <param name="State">How far it is.</param>
/// <param name="ServedBy">The process that answered.</param>
internal sealed record Order(int Id, string State, int ServedBy);
