"""What happens on the way: time, objections, appeals from rulings, complaints."""
