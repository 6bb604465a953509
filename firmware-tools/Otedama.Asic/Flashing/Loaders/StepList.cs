namespace Otedama.Asic;

/// <summary>Numbers steps as they are added; the way back goes on counting.</summary>
internal sealed class StepList
{
    private readonly List<FlashStep> _steps = [];
    private readonly List<FlashStep> _back = [];
    private bool _goesBack;

    public void Add(
        FlashStepKind kind, string part, string says, string? file = null, string? slot = null, long? address = null,
        long? length = null, long? imageOffset = null, string? md5 = null, bool commits = false) =>
        (_goesBack ? _back : _steps).Add(new FlashStep
        {
            Index = _steps.Count + _back.Count,
            Kind = kind,
            Part = part,
            Says = says,
            File = file,
            Slot = slot,
            Address = address,
            Length = length,
            ImageOffset = imageOffset,
            Md5 = md5,
            Commits = commits,
        });

    public void BackFromHere() => _goesBack = true;

    public FlashProgram Program() => new(_steps, _back);
}
