namespace Otedama;

/// <summary>The parts of the program one run starts.</summary>
[Flags]
internal enum Roles
{
    None = 0,
    Node = 1,
    Pool = 2,
    Rig = 4,
}
