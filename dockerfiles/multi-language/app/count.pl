# count.pl - an example of a step: writes how many lines the files of a directory have.
use strict;
use warnings;

my $lines = 0;
for my $path (grep { -f } glob("$ARGV[0]/*")) {
  open(my $file, '<', $path) or die "cannot open '$path': $!\n";
  $lines++ while <$file>;
}
print "$lines\n";
