namespace Otedama.Asic;

/// <summary>Numbers steps as they are added; the way back goes on counting.</summary>
internal sealed class StepList
{
    private readonly List<FlashStep> _steps = [];
    private readonly List<FlashStep> _back = [];
    private bool _goesBack;

    public void Add(FlashStep step) =>
        (_goesBack ? _back : _steps).Add(step with { Index = _steps.Count + _back.Count });

    public void BackFromHere() => _goesBack = true;

    public FlashProgram Program() => new(_steps, _back);
}
