namespace Otedama.Asic;

/// <summary>One of the fifteen rules of safe updates.</summary>
/// <param name="Number">1 to 15.</param>
/// <param name="Name">As FlashCheck.Name.</param>
/// <param name="Text">What it asks, in a sentence.</param>
/// <param name="Apply">Outcome and the sentence that explains it.</param>
public sealed record FlashRule(
    int Number, string Name, string Text, Func<FlashFacts, (FlashCheckOutcome Outcome, string Says)> Apply)
{
    public FlashCheck Check(FlashFacts facts)
    {
        (FlashCheckOutcome outcome, string says) = Apply(facts);
        return new FlashCheck(Number, Name, outcome, says);
    }
}
