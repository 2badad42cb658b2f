"""What a judge has beside a draft: the file, versions, comments of the bench, and text blocks of their own."""
